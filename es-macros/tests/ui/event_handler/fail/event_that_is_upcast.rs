include!("../../shop_with_a_past.rs");

#[event_handler]
fn on_gone(_event: &ShopGone) {}

fn main() {}
