include!("../../shop.rs");

#[aggregate]
pub struct Shop {
    #[aggregate_identifier]
    pub shop_id: String,
}

#[aggregate]
impl Shop {
    #[command_handler]
    fn close(&self, _command: CloseShop) -> Result<ShopOpened, Fault> {
        Err(Fault::new("broken"))
    }

    #[command_handler]
    fn repair(shop: &mut Root<Self>, _command: OpenShop) -> Result<(), Fault> {
        let _ = shop;
        Err(Fault::new("broken"))
    }

    #[event_sourcing_handler]
    fn on_opened(event: &ShopOpened) -> Self {
        Shop { shop_id: event.shop_id.clone() }
    }
}

fn main() {}
