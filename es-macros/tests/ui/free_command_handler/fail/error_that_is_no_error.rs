include!("../../shop.rs");

#[command_handler]
async fn close(_command: CloseShop) -> Result<u64, String> {
    Ok(1)
}

#[command_handler]
fn open(_command: OpenShop) -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
    Ok(())
}

fn main() {}
