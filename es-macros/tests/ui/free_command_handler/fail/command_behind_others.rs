include!("../../shop.rs");

#[command_handler]
async fn open(_shops: &UnitOfWork, _command: OpenShop) {}

#[command_handler]
fn close(_names: Inject<String>, _command: &CloseShop) -> Result<u64, ShopError> {
    Ok(0)
}

fn main() {}
