include!("../../shop.rs");

#[derive(Event, Serialize, Deserialize)]
#[event(name = "ShopOpened")]
pub struct ShopReopened;

#[aggregate]
pub struct Shop {
    #[aggregate_identifier]
    pub shop_id: String,
}

#[aggregate]
impl Shop {
    #[event_sourcing_handler]
    fn on_opened(event: &ShopOpened) -> Self {
        Shop { shop_id: event.shop_id.clone() }
    }

    #[event_sourcing_handler]
    fn on_reopened(&mut self, _event: &ShopReopened) {}
}

fn main() {}
