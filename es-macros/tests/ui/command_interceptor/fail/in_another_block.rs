include!("../../shop.rs");

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
}

#[aggregate]
impl Shop {
    #[command_interceptor]
    fn check(&self, _command: &OpenShop) -> Result<(), Veto> {
        Ok(())
    }
}

fn main() {}
