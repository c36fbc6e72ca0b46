include!("../../shop.rs");

type Answer<T> = Result<T, ShopError>;

#[aggregate]
pub struct Shop {
    #[aggregate_identifier]
    pub shop_id: String,
}

#[aggregate]
impl Shop {
    #[command_handler]
    fn open(_command: OpenShop) -> Answer<u64> {
        Err(ShopError)
    }

    #[command_handler]
    fn close(&self, _command: CloseShop) -> Answer<ShopClosed> {
        Err(ShopError)
    }

    #[event_sourcing_handler]
    fn on_opened(event: &ShopOpened) -> Self {
        Shop { shop_id: event.shop_id.clone() }
    }
}

fn main() {}
