include!("../../shop.rs");

#[command_handler]
fn open(command: OpenShop) -> Result<ShopOpened, ShopError> {
    Ok(ShopOpened { shop_id: command.shop_id })
}

#[command_handler]
fn close(_command: &CloseShop) -> Result<(u64, Vec<ShopClosed>), HandlerError<ShopError>> {
    Ok((0, vec![]))
}

fn main() {}
