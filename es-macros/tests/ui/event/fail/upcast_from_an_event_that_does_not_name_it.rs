include!("../../shop.rs");

#[derive(Event, Serialize, Deserialize)]
#[event(upcast_into = ShopMoved)]
pub struct ShopChanged;

#[derive(Event, Serialize, Deserialize)]
#[event(upcast_from(ShopChanged))]
pub struct ShopMoved;

#[derive(Event, Serialize, Deserialize)]
#[event(upcast_from(ShopChanged))]
pub struct ShopPainted;

impl From<ShopChanged> for ShopMoved {
    fn from(_: ShopChanged) -> Self {
        ShopMoved
    }
}

fn main() {}
