include!("../../shop.rs");

#[aggregate]
pub struct Shop {
    #[aggregate_identifier]
    pub shop_id: String,
}

#[aggregate]
impl Shop {
    #[command_handler]
    async fn close(&self, _command: CloseShop) -> ShopOpened {
        let local = std::rc::Rc::new(1);
        std::future::ready(()).await;
        drop(local);
        opened()
    }

    #[event_sourcing_handler]
    fn on_opened(event: &ShopOpened) -> Self {
        Shop { shop_id: event.shop_id.clone() }
    }
}

fn main() {}
