include!("../../shop.rs");

#[derive(Clone, Serialize, Deserialize)]
pub struct PaintShop;

#[command_handler]
async fn paint(_command: PaintShop, _at: Timestamp) -> Result<(), ShopError> {
    Ok(())
}

fn main() {}
