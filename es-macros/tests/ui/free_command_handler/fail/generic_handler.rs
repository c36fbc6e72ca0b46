include!("../../shop.rs");

#[command_handler]
async fn close<T: Send>(_command: CloseShop, _other: T) {}

fn main() {}
