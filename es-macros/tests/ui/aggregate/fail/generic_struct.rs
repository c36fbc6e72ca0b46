include!("../../shop.rs");

#[aggregate]
pub struct Shop<T> {
    #[aggregate_identifier]
    pub shop_id: String,
    pub what: T,
}

fn main() {}
