include!("../../shop.rs");

#[derive(Command, Clone, Serialize, Deserialize)]
#[command(nmae = "change")]
pub struct Change {
    #[target]
    pub shop_id: String,
}

fn main() {}
