include!("../../shop.rs");

pub struct Market;

#[aggregate]
pub struct Shop {
    #[aggregate_identifier]
    pub shop_id: String,
}

#[aggregate]
impl Shop {
    #[command_handler]
    fn close(_shop: &mut Root<Market>, _command: CloseShop) -> Result<u64, ShopError> {
        Ok(7)
    }

    #[event_sourcing_handler]
    fn on_opened(event: &ShopOpened) -> Self {
        Shop { shop_id: event.shop_id.clone() }
    }
}

fn main() {}
