include!("../../shop.rs");

pub struct Shop;

impl Shop {
    #[command_handler]
    fn open(_command: OpenShop) -> ShopOpened {
        opened()
    }

    #[event_sourcing_handler]
    fn on_closed(&mut self, _event: &ShopClosed) {}
}

fn main() {}
