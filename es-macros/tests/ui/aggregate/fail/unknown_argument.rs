include!("../../shop.rs");

#[aggregate(nmae = "shop")]
pub struct Shop {
    #[aggregate_identifier]
    pub shop_id: String,
}

#[aggregate(evnts(derive(Debug)))]
impl Shop {
    #[event_sourcing_handler]
    fn on_opened(event: &ShopOpened) -> Self {
        Shop { shop_id: event.shop_id.clone() }
    }
}

fn main() {}
