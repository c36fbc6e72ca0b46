include!("../../shop.rs");

pub struct Found;

#[derive(Query, Serialize, Deserialize)]
#[query(answer = Option<Found>)]
pub struct FindShop {
    pub shop_id: String,
}

fn main() {}
