include!("../../shop_with_a_past.rs");

pub struct Shops;

#[projection]
impl Shops {
    #[event_handler]
    fn on_gone(_event: &ShopGone) {}
}

fn main() {}
