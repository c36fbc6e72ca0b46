include!("../../shop.rs");

#[derive(Default)]
pub struct Open(u32);

#[boundary]
impl Open {
    #[criteria]
    fn of(command: &OpenShop) -> Criteria {
        Criteria::tag("shop_id", &command.shop_id)
    }

    #[event_sourcing_handler]
    fn on_opened(&mut self, _event: &ShopOpened) {
        self.0 += 1;
    }

    #[command_handler]
    fn close(&self, _command: CloseShop) -> ShopClosed {
        closed()
    }
}

fn main() {}
