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

pub struct Shops;

#[projection]
impl Shops {
    #[event_handler]
    fn on_gone(_event: &ShopGone) {}
}

fn main() {}
