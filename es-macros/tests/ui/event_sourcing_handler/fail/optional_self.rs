include!("../../shop.rs");

#[aggregate]
pub struct Shop {
    #[aggregate_identifier]
    pub shop_id: String,
}

#[aggregate]
impl Shop {
    #[event_sourcing_handler]
    fn on_opened(_shop: Option<Self>, event: &ShopOpened) -> Self {
        Shop { shop_id: event.shop_id.clone() }
    }

    #[event_sourcing_handler]
    fn on_closed(_shop: &mut Root<Self>, _event: &ShopClosed) {}
}

fn main() {}
