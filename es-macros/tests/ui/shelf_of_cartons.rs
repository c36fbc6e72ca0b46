// The aggregate that most cases of members share, with a `Carton` that each writes itself.
include!("shelf.rs");

#[aggregate]
pub struct Shelf {
    #[aggregate_identifier]
    pub shelf_id: String,
    #[member]
    pub boxes: Vec<Carton>,
}

#[aggregate(member_events(BoxFilled))]
impl Shelf {
    #[event_sourcing_handler]
    fn on_built(event: &ShelfBuilt) -> Self {
        Self { shelf_id: event.shelf_id.clone(), boxes: vec![] }
    }
}
