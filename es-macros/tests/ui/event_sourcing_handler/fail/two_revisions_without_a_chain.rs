include!("../../shop.rs");

#[derive(Event, Serialize, Deserialize)]
#[event(name = "ShopMoved")]
pub struct ShopMovedV0 {
    pub to: String,
}

#[derive(Event, Serialize, Deserialize)]
#[event(revision = 1)]
pub struct ShopMoved {
    pub street: String,
}

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
    fn on_moved(&mut self, _event: &ShopMoved) {}

    #[event_sourcing_handler]
    fn on_moved_v0(&mut self, _event: &ShopMovedV0) {}
}

fn main() {}
