// A private method that nobody calls is told by rustc; nothing around the block keeps it back.
#![deny(dead_code)]

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

    fn close(shop: &mut Root<Self>, _command: CloseShop) {
        shop.apply(closed());
    }

    #[event_sourcing_handler]
    fn on_opened(event: &ShopOpened) -> Self {
        Shop { shop_id: event.shop_id.clone() }
    }

    #[event_sourcing_handler]
    fn on_closed(&mut self, _event: &ShopClosed) {}
}

fn main() {}
