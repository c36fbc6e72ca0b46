include!("../../shop.rs");

#[aggregate(snapshot)]
pub struct Shop {
    #[aggregate_identifier]
    pub shop_id: String,
}

#[aggregate]
impl Shop {
    #[command_handler]
    fn open(_command: OpenShop) -> ShopOpened {
        opened()
    }

    #[event_sourcing_handler]
    fn on_opened(event: &ShopOpened) -> Self {
        Shop { shop_id: event.shop_id.clone() }
    }
}
fn main() {}
