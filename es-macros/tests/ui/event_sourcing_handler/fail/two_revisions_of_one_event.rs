include!("../../shop_with_a_past.rs");

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
    fn on_moved_v0(&mut self, _event: &ShopMovedV0) {}

    #[event_sourcing_handler]
    fn on_moved(&mut self, _event: &ShopMoved) {}
}

fn main() {}
