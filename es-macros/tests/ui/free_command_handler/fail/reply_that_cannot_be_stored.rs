include!("../../shop.rs");

pub struct Receipt;

#[command_handler]
async fn close(_command: CloseShop) -> Result<Receipt, ShopError> {
    Ok(Receipt)
}

fn main() {}
