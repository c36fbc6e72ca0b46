include!("../../shop.rs");

#[derive(Event, Serialize, Deserialize)]
pub struct ShopChanged;

#[derive(Event, Serialize, Deserialize)]
#[event(upcast_from(ShopChanged))]
pub struct ShopMoved;

fn main() {}
