include!("../../shelf.rs");

#[aggregate]
pub struct Shelf {
    #[aggregate_identifier]
    pub shelf_id: String,
    pub boxes: Vec<Carton>,
}

#[aggregate(member_events(BoxFilled))]
impl Shelf {
    #[event_sourcing_handler]
    fn on_built(event: &ShelfBuilt) -> Self {
        Self { shelf_id: event.shelf_id.clone(), boxes: vec![] }
    }
}

#[aggregate_member(of = Shelf, key = box_id)]
pub struct Carton {
    pub box_id: u32,
}

#[aggregate_member(of = Shelf, key = box_id)]
impl Carton {
    #[event_sourcing_handler]
    fn on_filled(&mut self, _event: &BoxFilled) {}
}

fn main() {}
