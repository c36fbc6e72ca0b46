include!("../../shop.rs");

#[derive(Event)]
pub struct ShopPainted;

fn main() {}
