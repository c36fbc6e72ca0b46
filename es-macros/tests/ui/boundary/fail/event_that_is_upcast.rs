include!("../../shop_with_a_past.rs");

#[derive(Default)]
pub struct Open(u32);

#[boundary]
impl Open {
    #[criteria]
    fn of(command: &OpenShop) -> Criteria {
        Criteria::tag("shop_id", &command.shop_id)
    }

    #[event_sourcing_handler]
    fn on_gone(&mut self, _event: &ShopGone) {
        self.0 += 1;
    }
}

fn main() {}
