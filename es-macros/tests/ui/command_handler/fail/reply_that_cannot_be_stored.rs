include!("../../shop.rs");

pub struct Receipt;

#[aggregate]
pub struct Shop {
    #[aggregate_identifier]
    pub shop_id: String,
}

#[aggregate]
impl Shop {
    #[command_handler]
    fn close(_shop: &mut Root<Self>, _command: CloseShop) -> Result<Receipt, ShopError> {
        Err(ShopError)
    }

    #[event_sourcing_handler]
    fn on_opened(event: &ShopOpened) -> Self {
        Shop { shop_id: event.shop_id.clone() }
    }
}

fn main() {}
