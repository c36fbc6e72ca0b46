include!("../../shop.rs");

#[command_handler(retri)]
async fn close(_command: CloseShop) {}

fn main() {}
