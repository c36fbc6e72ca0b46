include!("../../shop.rs");

#[command_handler]
async fn close(_command: CloseShop) {}

#[command_handler]
async fn close_again(_command: CloseShop) {}

async fn send(gateway: CommandGateway) {
    let _ = gateway.send(CloseShop { shop_id: String::new() }).await;
}

fn main() {}
