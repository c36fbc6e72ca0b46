include!("../../shop.rs");

#[derive(Default)]
pub struct Open(u32);

impl Open {
    #[criteria]
    fn of(command: &OpenShop) -> Criteria {
        Criteria::tag("shop_id", &command.shop_id)
    }
}

fn main() {}
