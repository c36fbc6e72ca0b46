include!("../../shop.rs");

#[derive(Default)]
pub struct Open(u32);

#[boundary]
impl Open {
    #[criteria]
    fn of(command: &OpenShop) -> String {
        command.shop_id.clone()
    }

    #[event_sourcing_handler]
    fn on_opened(&mut self, _event: &ShopOpened) {
        self.0 += 1;
    }
}

fn main() {}
