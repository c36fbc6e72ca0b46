include!("../../shop.rs");

#[command_handler(retry)]
fn close(_command: CloseShop) {}

fn main() {}
