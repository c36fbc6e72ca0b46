include!("../../shop.rs");

#[derive(Event, Serialize, Deserialize)]
pub struct Changed<T> {
    pub what: T,
}

fn main() {}
