// The shop's events of earlier days, for the cases about the rows that these left behind.
include!("shop.rs");

#[derive(Event, Serialize, Deserialize)]
#[event(upcast_into = ShopClosedForEver)]
pub struct ShopGone;

#[derive(Event, Serialize, Deserialize)]
#[event(renamed_from("ShopClosed"), upcast_from(ShopGone))]
pub struct ShopClosedForEver;

impl From<ShopGone> for ShopClosedForEver {
    fn from(_: ShopGone) -> Self {
        ShopClosedForEver
    }
}

#[derive(Event, Serialize, Deserialize)]
#[event(name = "ShopMoved")]
pub struct ShopMovedV0 {
    pub to: String,
}

#[derive(Event, Serialize, Deserialize)]
#[event(revision = 1, from = ShopMovedV0)]
pub struct ShopMoved {
    pub street: String,
}

impl From<ShopMovedV0> for ShopMoved {
    fn from(before: ShopMovedV0) -> Self {
        Self { street: before.to }
    }
}
