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
    fn on_opened(_event: &ShopOpened) -> Self {
        Self(1)
    }
}

fn main() {}
