//! Without a creating handler the first event changes the default.
use es_core::prelude::*;

#[derive(Event, Serialize, Deserialize)]
pub struct Counted;

#[aggregate]
#[derive(Default)]
pub struct Counter {
    #[aggregate_identifier]
    pub id: String,
    pub count: u64,
}

#[aggregate(ignore("Old", "Older"))]
impl Counter {
    #[event_sourcing_handler]
    fn on_counted(&mut self, _event: &Counted) {
        self.count += 1;
    }
}

fn main() {
    let mut slot = Slot::<Counter>::missing();
    slot.apply(Counted).apply(Counted);
    assert_eq!(slot.get().map(|counter| counter.count), Some(2));
}
