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

#[derive(Default)]
pub struct Open(u32);

#[boundary]
impl Open {
    #[criteria]
    fn of(command: &OpenShop) -> Criteria {
        Criteria::tag("shop_id", &command.shop_id)
    }

    #[event_sourcing_handler]
    fn on_gone(&mut self, _event: &ShopGone) {
        self.0 += 1;
    }
}

fn main() {}
