include!("../../shop.rs");

#[command_handler]
async fn close(_command: CloseShop, _at: Timestamp) -> u64 {
    1
}

fn main() {}
