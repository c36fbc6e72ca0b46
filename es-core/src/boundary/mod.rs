//! Consistency boundaries: decisions on events that several streams share.
//!
//! An aggregate protects what its own stream says. "No two customers have the same e-mail", or "a
//! course has ten seats, whoever takes them", are rules over many streams; what they rest on is not
//! a stream but a question to the log: every event with this tag. A [`Boundary`] is the answer to
//! such a question, folded into a state: a parameter of a free command handler, sourced for the
//! command before the handler runs.
//!
//! ```text
//! command --> criteria --> source(log) --> state + marker --> handler --> events
//!                                             |                             |
//!                                             +--- "nothing that matches ---+--> append
//!                                                   came after the marker"
//! ```
//!
//! What it saw is checked when the handler's events are appended: if anything that matches the
//! criteria was stored after the marker, the batch is refused and the handler decides again on
//! fresh state. Each boundary of a handler has a condition of its own. Of the log boundaries read
//! committed events only, so they are never pipelined: a rule over one aggregate is better kept by
//! it. What the unit of work itself has staged is folded after them.

mod fold;
mod source;
mod tags;

pub use source::source;

use std::ops::Deref;

use crate::aggregate::{EventDescription, ReplayError};
use crate::command::Command;
use crate::event::RecordedEvent;
use crate::store::Criteria;

/// The state that a handler's decision rests on, as the log says it is; a parameter of free command
/// handlers.
///
/// It derefs to the state. A test that calls the handler itself makes one [from](From) a state.
#[derive(Debug, Clone, Default)]
pub struct Boundary<S>(S);

impl<S> Boundary<S> {
    /// Gives the state.
    #[must_use]
    pub fn into_inner(self) -> S {
        self.0
    }
}

impl<S> From<S> for Boundary<S> {
    fn from(state: S) -> Self {
        Self(state)
    }
}

impl<S> Deref for Boundary<S> {
    type Target = S;

    fn deref(&self) -> &S {
        &self.0
    }
}

/// A state that is folded from the events that match some criteria. Written by `#[boundary]` on
/// the `impl` block.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not the state of a boundary",
    label = "nothing folds events into it",
    note = "add `#[boundary]` to an `impl {Self}` block with `#[criteria]` and `#[event_sourcing_handler]`s"
)]
pub trait BoundaryState: Sized + Send + Sync + 'static {
    /// The events that it folds. A criterion without names means these.
    const EVENTS: &'static [EventDescription];

    /// The state before the first event: its `Default`.
    fn first() -> Self;

    /// Folds one event as it is stored today; others than its own pass by.
    ///
    /// # Errors
    /// A payload that does not decode.
    fn fold(&mut self, event: &RecordedEvent) -> Result<(), ReplayError>;
}

/// "Which events a decision about this command rests on." Written by `#[criteria]`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no `#[criteria]` for command `{C}`",
    label = "does not say which events matter to this command",
    note = "add `#[criteria] fn of(command: &{C}) -> Criteria` to the `#[boundary] impl {Self}` block"
)]
pub trait BoundaryOf<C: Command>: BoundaryState {
    /// Says which.
    fn criteria(command: &C) -> Criteria;
}

/// The guide's page on boundaries; its code is compiled and run as a documentation test.
#[cfg(doctest)]
#[doc = include_str!("../../../docs/boundaries.md")]
pub struct Guide;
