use std::ops::Deref;

use super::{Aggregate, EventOf, Staging, error};
use crate::fault::Fault;
use crate::store::AnyEvent;

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
        self.applied(&event, E::DELETES, &|state| change(&event, state));
        self
    }

    // Compiled once per aggregate, not per event.
    pub(super) fn applied(&mut self, event: &dyn AnyEvent, deletes: bool, change: &Change<'_, A>) {
        let applied = if self.deleted {
            Err(error::too_late(event.name(), A::NAME))
        } else {
            self.staging.change();
            change(Some(&mut self.state)).map(drop)
        };
        self.deleted |= applied.is_ok() && deletes;
        self.staging.stage(event, applied);
    }
}

/// What an event makes of a state: changes it, or gives the first one where there is none.
pub(super) type Change<'a, A> = dyn Fn(Option<&mut A>) -> Result<Option<A>, Fault> + 'a;

pub(super) fn change<A: Aggregate, E: EventOf<A>>(
    event: &E,
    state: Option<&mut A>,
) -> Result<Option<A>, Fault> {
    match state {
        Some(state) => event.evolve(state).map(|()| None),
        None => event.create().map(Some),
    }
}
