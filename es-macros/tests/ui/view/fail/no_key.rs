include!("../../shop.rs");

#[derive(View, Serialize, Deserialize)]
pub struct Row {
    pub shop_id: String,
}

fn main() {}
