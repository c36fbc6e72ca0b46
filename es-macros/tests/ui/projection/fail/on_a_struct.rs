include!("../../shop.rs");

#[projection]
pub struct Row;

fn main() {}
