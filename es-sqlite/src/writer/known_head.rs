use std::sync::atomic::{AtomicU64, Ordering};

use es_core::event::Position;

/// The head as the writer knows it, for those who look beside it.
///
/// A read connection that sees another one sees what the writer has not seen or not yet answered:
/// events of another program, a group on its way, or one whose flush failed.
#[derive(Debug)]
pub(crate) struct KnownHead(AtomicU64);

const UNKNOWN: u64 = u64::MAX;

impl KnownHead {
    /// Nothing is known until the writer says it.
    pub(crate) fn unknown() -> Self {
        Self(AtomicU64::new(UNKNOWN))
    }

    /// The head, unless the writer has to find it out first.
    pub(crate) fn get(&self) -> Option<Position> {
        Some(self.0.load(Ordering::Acquire)).filter(|head| *head != UNKNOWN).map(Position)
    }

    /// Tells what is durable, before anybody is told that it was stored.
    pub(super) fn set(&self, head: Position) {
        self.0.store(head.0, Ordering::Release);
    }

    /// Tells that the writer does not know what is durable.
    pub(super) fn forget(&self) {
        self.0.store(UNKNOWN, Ordering::Release);
    }
}
