include!("../../shop.rs");

#[aggregate]
pub struct Shop {
    #[aggregate_identifier]
    pub shop_id: String,
}

#[aggregate]
impl Shop {
    #[command_handler]
    fn close(&self, command: CloseShop) -> String {
        command.shop_id
    }

    #[command_handler]
    fn open(_command: OpenShop) -> Result<(ShopOpened, u64), ShopError> {
        Err(ShopError)
    }

    #[event_sourcing_handler]
    fn on_opened(event: &ShopOpened) -> Self {
        Shop { shop_id: event.shop_id.clone() }
    }
}

fn main() {}
