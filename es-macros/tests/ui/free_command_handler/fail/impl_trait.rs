include!("../../shop.rs");

#[command_handler]
async fn close(_command: CloseShop, _names: impl Iterator<Item = String> + Send) {}

#[command_handler]
async fn open(_command: OpenShop) -> impl Send {}

async fn send(gateway: CommandGateway) {
    let _ = gateway.send(CloseShop { shop_id: String::new() }).await;
}

fn main() {}
