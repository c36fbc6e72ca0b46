include!("../../shop.rs");

#[derive(Command, Clone, Serialize, Deserialize)]
pub struct Change<T> {
    pub what: T,
}

fn main() {}
