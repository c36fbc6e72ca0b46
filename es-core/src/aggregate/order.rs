use std::sync::atomic::{AtomicU64, Ordering};

use uuid::Uuid;

use crate::event::EventId;
use crate::store::NewEvent;

/// When an event was applied or published, relative to all others of this process.
///
/// A command's events are stored in this order, whatever aggregates they belong to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Order(u64);

static NEXT: AtomicU64 = AtomicU64::new(1);

impl Order {
    /// The next place in the order.
    pub(crate) fn next() -> Self {
        // Only the handlers of one unit of work are compared, and these run one after another.
        Self(NEXT.fetch_add(1, Ordering::Relaxed))
    }

    /// Stands where an event's id will be, until the event is signed.
    // A field of its own would be moved and stored with every event for nothing.
    pub(super) fn as_id(self) -> EventId {
        EventId(Uuid::from_u128(u128::from(self.0)))
    }

    /// The place of an event that is not signed yet.
    pub(crate) fn of(event: &NewEvent) -> Self {
        Self(event.id.0.as_u64_pair().1)
    }
}
