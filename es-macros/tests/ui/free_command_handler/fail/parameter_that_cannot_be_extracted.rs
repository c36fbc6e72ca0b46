include!("../../shop.rs");

pub struct Mailer;

#[command_handler]
async fn close(_command: CloseShop, mailer: &Mailer) -> Result<(), ShopError> {
    let _ = mailer;
    Ok(())
}

fn main() {}
