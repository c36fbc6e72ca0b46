include!("../../shop.rs");

#[aggregate]
pub struct Shop {
    #[aggregate_identifier]
    pub place: Place,
}

#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Place;

#[aggregate]
impl Shop {
    #[event_sourcing_handler]
    fn on_opened(_event: &ShopOpened) -> Self {
        Shop { place: Place }
    }
}

fn main() {}
