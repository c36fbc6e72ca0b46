include!("../../shop.rs");

pub struct Shop;

impl Shop {
    #[command_handler]
    fn open(_command: OpenShop) -> Result<(), ShopError> {
        Ok(())
    }
}

fn main() {}
