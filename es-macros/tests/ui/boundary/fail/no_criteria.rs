include!("../../shop.rs");

#[derive(Default)]
pub struct Open(u32);

#[boundary]
impl Open {
    #[event_sourcing_handler]
    fn on_opened(&mut self, _event: &ShopOpened) {
        self.0 += 1;
    }
}

fn main() {}
