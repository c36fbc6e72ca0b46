include!("../../shop.rs");

#[derive(Command, Clone, Serialize, Deserialize)]
pub struct MoveGoods {
    #[target]
    pub from: String,
    #[target]
    pub to: String,
}

fn main() {}
