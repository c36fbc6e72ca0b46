include!("../../shop.rs");

#[derive(Clone, Serialize, Deserialize)]
pub struct PaintShop {
    pub shop_id: String,
}

#[aggregate]
pub struct Shop {
    #[aggregate_identifier]
    pub shop_id: String,
}

#[aggregate]
impl Shop {
    #[command_handler]
    fn paint(&self, _command: PaintShop) -> ShopOpened {
        opened()
    }

    #[event_sourcing_handler]
    fn on_opened(event: &ShopOpened) -> Self {
        Shop { shop_id: event.shop_id.clone() }
    }
}

fn main() {}
