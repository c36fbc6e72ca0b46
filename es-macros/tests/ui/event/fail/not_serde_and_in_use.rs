include!("../../shop.rs");

#[derive(Event, Deserialize)]
pub struct ShopPainted;

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
    fn on_painted(&mut self, _event: &ShopPainted) {}
}

pub struct Walls;

#[projection]
impl Walls {
    #[event_handler]
    fn on_painted(_event: &ShopPainted) {}
}

fn main() {}
