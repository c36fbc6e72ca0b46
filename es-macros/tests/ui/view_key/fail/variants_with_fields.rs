include!("../../shop.rs");

#[derive(ViewKey)]
pub enum Status {
    Open,
    Closed(String),
}

#[derive(ViewKey)]
pub struct Name(String);

fn main() {}
