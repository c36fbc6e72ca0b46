include!("../../shop.rs");

#[derive(Event, Serialize, Deserialize)]
#[event(upcast_into = (ShopMoved, Option<ShopPainted>))]
pub struct ShopChanged;

#[derive(Event, Serialize, Deserialize)]
#[event(upcast_from(ShopChanged))]
pub struct ShopMoved;

#[derive(Event, Serialize, Deserialize)]
#[event(upcast_from(ShopChanged))]
pub struct ShopPainted;

fn main() {}
