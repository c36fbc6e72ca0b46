include!("../../shop.rs");

#[aggregate]
pub struct Shop {
    #[aggregate_identifier]
    pub shop_id: String,
}

#[aggregate]
impl Shop {
    #[command_handler]
    fn open(&mut self, _command: OpenShop) -> ShopOpened {
        opened()
    }

    #[command_handler(retry)]
    fn close(&self, _command: CloseShop) -> impl Sized {
        opened()
    }

    #[event_sourcing_handler]
    fn on_closed(&mut self, _event: ShopClosed) {}

    #[event_sourcing_handler]
    fn on_opened(event: &ShopOpened) -> Self {
        Shop { shop_id: event.shop_id.clone() }
    }
}


async fn user(gateway: CommandGateway) {
    let _ = gateway.send(OpenShop { shop_id: String::new() }).await;
    let _ = gateway.send(CloseShop { shop_id: String::new() }).await;
    let _ = ShopEvent::from(closed());
}

fn main() {}
