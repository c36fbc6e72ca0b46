include!("../../shop.rs");

#[derive(Command, Serialize, Deserialize)]
pub struct PaintShop {
    #[target]
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
    fn paint(&self, _command: PaintShop) {}

    #[event_sourcing_handler]
    fn on_opened(event: &ShopOpened) -> Self {
        Shop { shop_id: event.shop_id.clone() }
    }
}

fn main() {}
