include!("../../shop.rs");

#[derive(Default)]
pub struct Open(u32);

#[boundary]
impl Open {
    #[criteria]
    fn of(_command: &OpenShop) -> Criteria {
        Criteria::tag("shop_id", &1.5)
    }

    #[event_sourcing_handler]
    fn on_opened(&mut self, _event: &ShopOpened) {
        self.0 += 1;
    }
}

fn main() {}
