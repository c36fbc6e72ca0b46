include!("../../shop.rs");

#[aggregate]
pub struct Shop {
    #[aggregate_identifier]
    pub shop_id: String,
    pub names: Vec<String>,
}

#[aggregate]
impl Shop {
    #[event_sourcing_handler]
    fn on_opened(event: &ShopOpened) -> Self {
        let mut shop = Shop { shop_id: String::new(), names: vec![] };
        shop.remember(event);
        shop
    }

    #[event_sourcing_handler]
    fn on_closed(&mut self, event: &ShopClosed) {
        self.call(&event.shop_id);
        self.copy_of(event);
        self.merge(&Shop { shop_id: String::new(), names: vec![] });
        self.take(&Some(1));
    }

    fn remember(&mut self, event: &ShopOpened) {
        self.call(&event.shop_id);
    }

    fn copy_of<E: es_core::event::Event>(&mut self, _event: &E) {}

    fn call(&mut self, name: &str) {
        self.names.push(name.to_owned());
    }

    fn merge(&mut self, other: &Self) {
        self.names.extend(other.names.iter().cloned());
    }

    fn take<'a>(&mut self, _number: &'a Option<u32>) {}
}

fn main() {}
