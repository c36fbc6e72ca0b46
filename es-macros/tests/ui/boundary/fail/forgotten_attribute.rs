include!("../../shop.rs");

#[derive(Default)]
pub struct Shops {
    pub open: u32,
}

#[boundary]
impl Shops {
    #[criteria]
    fn of(command: &OpenShop) -> Criteria {
        Criteria::tag("shop_id", &command.shop_id)
    }

    #[event_sourcing_handler]
    fn on_opened(&mut self, _event: &ShopOpened) {
        self.open += 1;
    }

    pub fn on_closed(&mut self, _event: &ShopClosed) {
        self.open -= 1;
    }
}

fn main() {}
