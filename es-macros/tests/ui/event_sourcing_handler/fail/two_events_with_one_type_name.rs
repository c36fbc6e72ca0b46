include!("../../shop.rs");

mod other {
    use es_core::prelude::*;

    #[derive(Event, Serialize, Deserialize)]
    #[event(name = "other.ShopOpened")]
    pub struct ShopOpened;
}

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
    fn on_other(&mut self, _event: &other::ShopOpened) {}
}

fn main() {}
