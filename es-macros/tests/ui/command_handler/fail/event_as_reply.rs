include!("../../shop.rs");

#[aggregate]
pub struct Shop {
    #[aggregate_identifier]
    pub shop_id: String,
}

#[aggregate]
impl Shop {
    #[command_handler]
    fn open(shop: &mut Slot<Self>, command: OpenShop) -> Result<ShopOpened, ShopError> {
        let _ = shop;
        Ok(ShopOpened { shop_id: command.shop_id })
    }

    #[command_handler]
    fn close(_shop: &mut Root<Self>, _command: CloseShop) -> Result<Option<ShopClosed>, ShopError> {
        Ok(None)
    }

    #[event_sourcing_handler]
    fn on_opened(event: &ShopOpened) -> Self {
        Shop { shop_id: event.shop_id.clone() }
    }
}

fn main() {}
