include!("../../shop.rs");

#[aggregate]
pub enum Shop {
    Open,
    Closed,
}

pub trait Sells {}

#[aggregate]
impl Sells for Shop {}

fn main() {}
