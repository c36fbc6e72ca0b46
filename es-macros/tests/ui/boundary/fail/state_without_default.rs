include!("../../shop.rs");

#[derive(Default)]
pub struct Open(u32);

pub struct Closed(u32);

#[boundary]
impl Closed {
    #[criteria]
    fn of(command: &OpenShop) -> Criteria {
        Criteria::tag("shop_id", &command.shop_id)
    }

    #[event_sourcing_handler]
    fn on_closed(&mut self, _event: &ShopClosed) {
        self.0 += 1;
    }
}

#[command_handler]
async fn open(_command: OpenShop, closed: &Boundary<Closed>) -> Result<(), ShopError> {
    if closed.0 == 0 { Ok(()) } else { Err(ShopError) }
}

fn main() {
    let _ = Open(1);
}
