include!("../../shop.rs");

#[command_handler]
async fn close(_command: CloseShop) -> Result<u64, String> {
    Ok(1)
}

fn main() {}
