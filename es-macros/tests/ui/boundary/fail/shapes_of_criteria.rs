include!("../../shop.rs");

#[derive(Default)]
pub struct Open(u32);

#[boundary]
impl Open {
    #[criteria]
    fn with_state(&self, command: &OpenShop) -> Criteria {
        Criteria::tag("shop_id", &command.shop_id)
    }

    #[criteria]
    async fn by_value(command: CloseShop) -> Criteria {
        Criteria::tag("shop_id", &command.shop_id)
    }

    #[criteria]
    fn of_nothing() -> Criteria {
        Criteria::default()
    }

    #[criteria(names)]
    fn with_arguments(_command: &OpenShop) -> Criteria {
        Criteria::default()
    }

    #[event_sourcing_handler]
    fn on_opened(&mut self, _event: &ShopOpened) {
        self.0 += 1;
    }
}

fn main() {}
