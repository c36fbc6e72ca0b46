include!("../../shop.rs");

#[command_handler]
fn close(_command: &mut CloseShop) {}

async fn send(gateway: CommandGateway) {
    let _ = gateway.send(CloseShop { shop_id: String::new() }).await;
}

fn main() {}
