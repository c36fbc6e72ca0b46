include!("../../shop_with_a_past.rs");

#[derive(Event, Serialize, Deserialize)]
#[event(name = "ShopMoved", revision = 2)]
pub struct ShopMovedAgain;

#[aggregate]
pub struct Shop {
    #[aggregate_identifier]
    shop_id: String,
}

#[aggregate]
impl Shop {
    #[event_sourcing_handler]
    fn on_opened(event: &ShopOpened) -> Self {
        Self { shop_id: event.shop_id.clone() }
    }

    #[event_sourcing_handler]
    fn on_moved_again(&mut self, _event: &ShopMovedAgain) {}

    #[event_sourcing_handler]
    fn on_moved_v0(&mut self, _event: &ShopMovedV0) {}
}

fn main() {}
