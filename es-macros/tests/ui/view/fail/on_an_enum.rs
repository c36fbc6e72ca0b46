include!("../../shop.rs");

#[derive(View, Serialize, Deserialize)]
pub enum Row {
    Open,
}

fn main() {}
