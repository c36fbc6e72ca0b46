include!("../../shop.rs");

#[derive(Query, Serialize, Deserialize)]
pub struct FindShop {
    pub shop_id: String,
}

fn main() {}
