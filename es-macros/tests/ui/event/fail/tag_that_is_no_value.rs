include!("../../shop.rs");

#[derive(Event, Serialize, Deserialize)]
pub struct ShopPainted {
    #[tag]
    pub colours: Vec<String>,
}

fn main() {}
