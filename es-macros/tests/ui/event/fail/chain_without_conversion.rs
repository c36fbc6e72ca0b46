include!("../../shop.rs");

#[derive(Event, Serialize, Deserialize)]
#[event(name = "ShopPainted")]
pub struct ShopPaintedV1;

#[derive(Event, Serialize, Deserialize)]
#[event(revision = 1, from = ShopPaintedV1)]
pub struct ShopPainted;

fn main() {}
