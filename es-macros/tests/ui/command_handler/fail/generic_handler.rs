include!("../../shop.rs");

#[aggregate]
pub struct Shop {
    #[aggregate_identifier]
    pub shop_id: String,
}

#[aggregate]
impl Shop {
    #[command_handler]
    fn close<T>(&self, _command: CloseShop, _what: T) -> ShopOpened {
        opened()
    }

    #[command_handler]
    fn open(_command: OpenShop, _what: impl Sized) -> ShopOpened {
        opened()
    }

    #[event_sourcing_handler]
    fn on_opened(event: &ShopOpened) -> Self {
        Shop { shop_id: event.shop_id.clone() }
    }
}

fn main() {}
