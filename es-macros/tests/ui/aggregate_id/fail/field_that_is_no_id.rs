include!("../../shop.rs");

#[derive(AggregateId, Clone, PartialEq, Eq, Hash)]
pub struct ShopId(Vec<u8>);

fn main() {}
