include!("../../shop.rs");

pub struct Shops;

impl Shops {
    #[event_handler]
    fn on_opened(_event: &ShopOpened) {}
}

pub fn build() {
    let _ = App::builder().with::<Shops>();
}

fn main() {}
