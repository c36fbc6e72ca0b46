include!("../../shop.rs");

#[command_handler]
fn close() {}

fn main() {}
