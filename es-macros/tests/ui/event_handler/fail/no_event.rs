include!("../../shop.rs");

#[event_handler]
fn on_opened() {}

#[event_handler(procesor = "mails")]
fn on_closed(_event: &ShopClosed) {}

fn main() {}
