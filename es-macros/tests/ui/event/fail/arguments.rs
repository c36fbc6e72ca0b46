include!("../../shop.rs");

#[derive(Event, Serialize, Deserialize)]
#[event(revision = "two")]
pub struct ShopPainted;

#[derive(Event, Serialize, Deserialize)]
#[event(name = "a", name = "b")]
pub struct ShopMoved;

#[derive(Event, Serialize, Deserialize)]
#[event(name)]
pub struct ShopSold;

fn main() {}
