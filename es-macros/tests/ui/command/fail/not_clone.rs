include!("../../shop.rs");

#[derive(Command, Serialize, Deserialize)]
pub struct Change {
    #[target]
    pub shop_id: String,
}

fn main() {}
