include!("../../shop.rs");

#[aggregate]
pub struct Shop {
    #[aggregate_identifier]
    pub shop_id: String,
}

#[aggregate]
impl Shop {
    #[command_handler]
    fn close(shop: &mut Root<Self>, _command: CloseShop) -> Result<(), HandlerError<ShopError>> {
        shop.apply(opened());
        Err(Recorded(ShopError).into())
    }

    #[event_sourcing_handler]
    fn on_opened(event: &ShopOpened) -> Self {
        Shop { shop_id: event.shop_id.clone() }
    }
}

fn main() {}
