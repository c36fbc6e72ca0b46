include!("../../shop.rs");

#[derive(Event, Serialize, Deserialize)]
#[event(name = "ShopMoved", upcast_into = (ShopMoved, ShopPainted))]
pub struct ShopMovedV0;

#[derive(Event, Serialize, Deserialize)]
#[event(revision = 1, renamed_from("ShopGone"), upcast_from(ShopMovedV0))]
pub struct ShopMoved;

#[derive(Event, Serialize, Deserialize)]
#[event(upcast_from(ShopMovedV0))]
pub struct ShopPainted;

impl From<ShopMovedV0> for (ShopMoved, ShopPainted) {
    fn from(_: ShopMovedV0) -> Self {
        (ShopMoved, ShopPainted)
    }
}

fn main() {}
