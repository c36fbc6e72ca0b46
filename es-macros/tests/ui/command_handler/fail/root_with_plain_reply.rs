include!("../../shop.rs");

#[aggregate]
pub struct Shop {
    #[aggregate_identifier]
    pub shop_id: String,
}

#[aggregate]
impl Shop {
    #[command_handler]
    fn close(shop: &mut Root<Self>, _command: CloseShop) -> u64 {
        shop.apply(opened());
        7
    }

    #[command_handler]
    fn open(shop: &mut Slot<Self>, _command: OpenShop) -> ShopOpened {
        let _ = shop;
        opened()
    }

    #[event_sourcing_handler]
    fn on_opened(event: &ShopOpened) -> Self {
        Shop { shop_id: event.shop_id.clone() }
    }
}

fn main() {}
