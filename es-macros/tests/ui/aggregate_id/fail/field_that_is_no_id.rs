include!("../../shop.rs");

#[derive(AggregateId, Clone, PartialEq)]
pub struct ShopId(f64);

fn main() {}
