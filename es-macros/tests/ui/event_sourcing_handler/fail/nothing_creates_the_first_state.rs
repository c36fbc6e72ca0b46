include!("../../shop.rs");

#[aggregate]
pub struct Shop {
    #[aggregate_identifier]
    pub shop_id: String,
}

#[aggregate]
impl Shop {
    #[event_sourcing_handler]
    fn on_opened(&mut self, _event: &ShopOpened) {}

    #[event_sourcing_handler]
    fn on_closed(&mut self, _event: &ShopClosed) {}
}

fn main() {}
