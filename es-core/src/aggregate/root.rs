use std::ops::Deref;

use super::{Aggregate, EventOf, Staging, error};

/// An aggregate that exists: read through `Deref`, changed through [`Root::apply`] only.
#[derive(Debug)]
pub struct Root<A> {
    pub(super) state: A,
    pub(super) deleted: bool,
    pub(super) staging: Staging,
}

impl<A> Deref for Root<A> {
    type Target = A;

    fn deref(&self) -> &A {
        &self.state
    }
}

impl<A: Aggregate> Root<A> {
    /// Applies an event: the state has moved on when this returns.
    ///
    /// Nothing is stored before the handler has succeeded. An event that cannot be encoded, a
    /// creating event, or one after the deletion, fails the command afterwards.
    pub fn apply<E: EventOf<A>>(&mut self, event: E) -> &mut Self {
        let applied = if self.deleted {
            Err(error::too_late(E::NAME, A::NAME))
        } else {
            self.staging.change();
            event.evolve(&mut self.state)
        };
        self.deleted |= applied.is_ok() && E::DELETES;
        self.staging.stage(&event, applied);
        self
    }
}
