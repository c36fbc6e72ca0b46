include!("../../shop.rs");

#[derive(Event, Serialize, Deserialize)]
#[event(renamed_from("ShopMoved"))]
pub struct ShopMoved;

#[derive(Event, Serialize, Deserialize)]
#[event(renamed_from("A", "B", "A"))]
pub struct ShopPainted;

#[derive(Event, Serialize, Deserialize)]
#[event(renamed_from())]
pub struct ShopSold;

#[derive(Event, Serialize, Deserialize)]
#[event(renamed_from = "ShopBought")]
pub struct ShopTaken;

#[derive(Event, Serialize, Deserialize)]
#[event(renamed_from(""))]
pub struct ShopBurnt;

#[derive(Event, Serialize, Deserialize)]
#[event(upcast_from = ShopBurnt)]
pub struct ShopWet;

#[derive(Event, Serialize, Deserialize)]
#[event(upcast_into)]
pub struct ShopDry;

fn main() {}
