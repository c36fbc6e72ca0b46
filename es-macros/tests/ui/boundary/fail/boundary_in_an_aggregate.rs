include!("../../shop.rs");

#[derive(Default)]
pub struct Open(u32);

#[aggregate]
pub struct Shop {
    #[aggregate_identifier]
    shop_id: String,
}

#[aggregate]
impl Shop {
    #[command_handler]
    fn close(&self, _command: CloseShop, _open: &Boundary<Open>) -> ShopClosed {
        closed()
    }

    #[event_sourcing_handler]
    fn on_opened(event: &ShopOpened) -> Self {
        Self { shop_id: event.shop_id.clone() }
    }

    #[event_sourcing_handler]
    fn on_closed(&mut self, _event: &ShopClosed) {}
}

fn main() {
    let _ = Open(1);
}
