//! Events may be called as what command handlers take the state in.

use es_core::prelude::*;

#[derive(Event, Serialize, Deserialize)]
pub struct Slot {
    pub id: String,
}

#[derive(Event, Serialize, Deserialize)]
pub struct Root {}

#[aggregate]
pub struct Hall {
    #[aggregate_identifier]
    pub id: String,
    pub roots: u64,
}

#[aggregate]
impl Hall {
    #[event_sourcing_handler]
    fn on_slot(event: &Slot) -> Self {
        Self { id: event.id.clone(), roots: 0 }
    }

    #[event_sourcing_handler]
    fn on_root(&mut self, _event: &Root) {
        self.roots += 1;
    }
}

fn main() {}
