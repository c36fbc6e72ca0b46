include!("../../shop.rs");

#[derive(Event, Serialize, Deserialize)]
#[event(upcast_into = Vec<String>)]
pub struct ShopChanged;

impl From<ShopChanged> for Vec<String> {
    fn from(_: ShopChanged) -> Self {
        vec![]
    }
}

fn main() {}
