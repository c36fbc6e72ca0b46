include!("../../shop.rs");

#[aggregate]
pub struct Shop {
    #[aggregate_identifier]
    pub shop_id: String,
}

#[aggregate]
impl Shop {
    #[command_handler]
    fn open(command: OpenShop) -> ShopOpened {
        command.
    }

    #[command_handler]
    fn close(&self, _command: CloseShop) -> ShopOpened {
        opened()
    }

    #[event_sourcing_handler]
    fn on_opened(event: &ShopOpened) -> Self {
        Shop { shop_id: event.shop_id.clone() }
    }
}


async fn user(gateway: CommandGateway) {
    let _ = gateway.send(OpenShop { shop_id: String::new() }).await;
    let _ = gateway.send(CloseShop { shop_id: String::new() }).await;
}

fn main() {}
