include!("../../shop.rs");

#[derive(Event, Serialize, Deserialize)]
pub struct ShopPaintedV1;

#[derive(Event, Serialize, Deserialize)]
#[event(revision = 1, from = ShopPaintedV1)]
pub struct ShopPainted;

impl From<ShopPaintedV1> for ShopPainted {
    fn from(_: ShopPaintedV1) -> Self {
        Self
    }
}

fn main() {}
