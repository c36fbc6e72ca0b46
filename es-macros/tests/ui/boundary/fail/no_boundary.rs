include!("../../shop.rs");

#[derive(Default)]
pub struct Open(u32);

#[command_handler]
fn close(_command: CloseShop, open: &Boundary<Open>) -> Result<(), ShopError> {
    if open.0 == 0 { Err(ShopError) } else { Ok(()) }
}

fn main() {}
