include!("../../shop.rs");

#[aggregate]
pub struct Shop {
    #[aggregate_identifier]
    pub shop_id: String,
    pub is_open: bool,
}

#[aggregate]
impl Shop {
    #[event_sourcing_handler]
    fn on_opened(event: &ShopOpened) -> Self {
        Shop { shop_id: event.shop_id.clone(), is_open: true }
    }

    pub fn on_closed(&mut self, _event: &ShopClosed) {
        self.is_open = false;
    }
}

fn main() {}
