//! What a test expects of a command: events, a refusal, a reply, the state.

mod events;
mod refusal;
mod reply;
mod state;

use super::complaint::{command_line, demand, fail, refusal_text};
use super::fixture::{Fixture, Ran};
use super::given::Given;
use crate::aggregate::Aggregate;
use crate::command::{CommandOf, Dispatch};

/// What came of the command under test, and what is expected of it.
///
/// Expectations chain. Those about events, replies and state fail when the command was not
/// accepted, unless the refusal itself was expected before:
/// `.then_error(OrderError::Paid).then_nothing()`.
pub struct Then<A: Aggregate, C: CommandOf<A>> {
    fixture: Fixture<A>,
    ran: Ran<A, C>,
    expects_refusal: bool,
}

impl<A: Aggregate, C: CommandOf<A>> Then<A, C> {
    pub(super) fn new(fixture: Fixture<A>, ran: Ran<A, C>) -> Self {
        Self { fixture, ran, expects_refusal: false }
    }

    /// Sends another command, on the state that the one before it left.
    ///
    /// # Panics
    /// See [`Given::when`].
    #[must_use = "nothing is checked before a `then_…`"]
    #[track_caller]
    pub fn when<D: CommandOf<A>>(self, command: D) -> Then<A, D> {
        self.when_with(command, Dispatch::new())
    }

    /// Sends another command with an id and metadata.
    ///
    /// # Panics
    /// See [`Given::when`].
    #[must_use = "nothing is checked before a `then_…`"]
    #[track_caller]
    pub fn when_with<D: CommandOf<A>>(mut self, command: D, dispatch: Dispatch) -> Then<A, D> {
        let ran = demand(self.fixture.run(command, dispatch));
        Then::new(self.fixture, ran)
    }

    /// Takes what has happened as given: for more events, or a later time.
    pub fn and_given(self) -> Given<A> {
        Given { fixture: self.fixture }
    }

    /// Fails if the command was not accepted and nobody expected that.
    #[track_caller]
    fn demand_acceptance(&self, expected: &str) {
        if let (Err(refusal), false) = (&self.ran.answer, self.expects_refusal) {
            self.fail(expected, &refusal_text(refusal));
        }
    }

    /// Fails: what was expected of the command, and what it did.
    #[track_caller]
    fn fail(&self, expected: &str, found: &str) -> ! {
        fail(&format!(
            "expected {expected}\n  command `{}`\n  {found}",
            command_line(&self.ran.command)
        ))
    }
}
