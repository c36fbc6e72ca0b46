include!("../../shop.rs");

#[derive(View, Serialize, Deserialize)]
pub struct Row {
    #[key]
    pub shop_id: Vec<String>,
    #[index]
    pub price: f64,
}

fn main() {}
