include!("../../shop.rs");

#[command_handler]
async fn close(_command: CloseShop) -> Result<(), ShopError> {
    let local = std::rc::Rc::new(1);
    std::future::ready(()).await;
    let _ = local;
    Ok(())
}

fn main() {}
