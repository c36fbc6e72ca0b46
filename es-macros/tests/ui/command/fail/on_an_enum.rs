include!("../../shop.rs");

#[derive(Command, Clone, Serialize, Deserialize)]
pub enum Change {
    Open,
    Close,
}

fn main() {}
