include!("../../shelf.rs");

use std::collections::{BTreeMap, HashMap};

#[aggregate]
pub struct Shelf {
    #[aggregate_identifier]
    pub shelf_id: String,
    #[member]
    pub boxes: BTreeMap<String, Carton>,
    #[member]
    pub lids: HashMap<u32, Lid>,
}

#[aggregate(member_events(BoxFilled))]
impl Shelf {
    #[event_sourcing_handler]
    fn on_built(event: &ShelfBuilt) -> Self {
        Self { shelf_id: event.shelf_id.clone(), boxes: BTreeMap::new(), lids: HashMap::new() }
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

/// Has no key of its own.
#[aggregate_member(of = Shelf)]
pub struct Lid {
    pub box_id: u32,
}

#[aggregate_member(of = Shelf)]
impl Lid {
    #[event_sourcing_handler]
    fn on_filled(&mut self, _event: &BoxFilled) {}
}

fn main() {}
