include!("../../shop.rs");

#[derive(Event, Serialize, Deserialize)]
#[event(upcast_into = ShopClosedForEver)]
pub struct ShopGone;

#[derive(Event, Serialize, Deserialize)]
#[event(upcast_from(ShopGone))]
pub struct ShopClosedForEver;

impl From<ShopGone> for ShopClosedForEver {
    fn from(_: ShopGone) -> Self {
        ShopClosedForEver
    }
}

#[aggregate]
pub struct Shop {
    #[aggregate_identifier]
    shop_id: String,
}

#[aggregate]
impl Shop {
    #[event_sourcing_handler]
    fn on_opened(event: &ShopOpened) -> Self {
        Self { shop_id: event.shop_id.clone() }
    }

    #[event_sourcing_handler]
    fn on_gone(&mut self, _event: &ShopGone) {}
}

fn main() {}
