include!("../../shop.rs");

#[derive(AggregateId, Clone, PartialEq, Eq, Hash)]
pub struct ShopId {
    pub city: String,
    pub number: u32,
}

fn main() {}
