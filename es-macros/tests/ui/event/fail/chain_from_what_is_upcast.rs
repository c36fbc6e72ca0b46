include!("../../shop.rs");

#[derive(Event, Serialize, Deserialize)]
#[event(name = "ShopMoved", upcast_into = ShopMoved)]
pub struct ShopMovedV0;

#[derive(Event, Serialize, Deserialize)]
#[event(revision = 1, from = ShopMovedV0)]
pub struct ShopMoved;

impl From<ShopMovedV0> for ShopMoved {
    fn from(_: ShopMovedV0) -> Self {
        ShopMoved
    }
}

fn main() {}
