include!("../../shop.rs");

pub struct Shop;

impl Shop {
    #[command_handler]
    fn open(_command: OpenShop) -> ShopOpened {
        opened()
    }

    #[command_handler]
    fn close(&self, _command: CloseShop) -> Result<(), ShopError> {
        Ok(())
    }
}

fn main() {}
