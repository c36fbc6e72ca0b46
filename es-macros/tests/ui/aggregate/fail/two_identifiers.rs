include!("../../shop.rs");

#[aggregate]
pub struct Shop {
    #[aggregate_identifier]
    pub shop_id: String,
    #[aggregate_identifier]
    pub name: String,
}

#[aggregate]
impl Shop {
    #[event_sourcing_handler]
    fn on_opened(event: &ShopOpened) -> Self {
        Shop { name: String::new(), shop_id: event.shop_id.clone() }
    }
}

fn main() {}
