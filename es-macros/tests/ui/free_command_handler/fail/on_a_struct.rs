include!("../../shop.rs");

#[command_handler]
pub struct Close;

fn main() {}
