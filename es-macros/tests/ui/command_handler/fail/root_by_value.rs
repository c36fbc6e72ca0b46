include!("../../shop.rs");

#[aggregate]
pub struct Shop {
    #[aggregate_identifier]
    pub shop_id: String,
}

#[aggregate]
impl Shop {
    #[command_handler]
    fn close(_shop: Root<Self>, _command: CloseShop) -> Result<u64, ShopError> {
        Ok(7)
    }

    #[command_handler]
    fn open(_shop: &Slot<Self>, _command: OpenShop) -> Result<u64, ShopError> {
        Ok(7)
    }

    #[event_sourcing_handler]
    fn on_opened(event: &ShopOpened) -> Self {
        Shop { shop_id: event.shop_id.clone() }
    }
}

fn main() {}
