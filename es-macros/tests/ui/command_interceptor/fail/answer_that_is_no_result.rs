include!("../../shop.rs");

#[aggregate]
pub struct Shop {
    #[aggregate_identifier]
    pub shop_id: String,
}

#[aggregate]
impl Shop {
    #[command_handler]
    fn open(_command: OpenShop) -> ShopOpened {
        opened()
    }

    #[event_sourcing_handler]
    fn on_opened(event: &ShopOpened) -> Self {
        Shop { shop_id: event.shop_id.clone() }
    }

    #[command_interceptor]
    fn is_open(&self, _command: &OpenShop) -> bool {
        true
    }

    #[command_interceptor]
    fn is_all(&self, _message: &CommandMessage<'_>) -> Option<()> {
        None
    }

    #[command_interceptor]
    fn gives(&self, _message: &CommandMessage<'_>) -> Result<bool, Veto> {
        Ok(true)
    }
}
fn main() {}
