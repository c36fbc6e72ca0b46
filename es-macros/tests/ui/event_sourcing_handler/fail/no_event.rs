include!("../../shop.rs");

#[aggregate]
pub struct Shop {
    #[aggregate_identifier]
    pub shop_id: String,
}

#[aggregate]
impl Shop {
    #[event_sourcing_handler]
    fn on_opened() -> Self {
        Shop { shop_id: String::new() }
    }
}

fn main() {}
