include!("../../shop.rs");

#[derive(Event, Serialize, Deserialize)]
pub struct ShopPainted(#[tag] pub String);

fn main() {}
