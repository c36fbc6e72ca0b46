use super::Then;
use crate::aggregate::Aggregate;
use crate::command::CommandOf;

impl<A: Aggregate, C: CommandOf<A>> Then<A, C> {
    /// Looks at the state after the command, with assertions of the test's own.
    ///
    /// The closure runs twice: on the state that the handler left, and on the state loaded again
    /// from the stored form of the events. After a refusal that was expected, it sees the state as
    /// it was.
    ///
    /// # Panics
    /// An assertion fails, there is no aggregate, or the command was not accepted.
    #[track_caller]
    pub fn then_state(self, check: impl Fn(&A)) -> Self {
        self.demand_acceptance("a state to look at");
        let loaded = self.fixture.past.slot();
        let Some(state) = loaded.get() else {
            self.fail("a state to look at", "left no aggregate; nothing was ever stored");
        };
        if let (Ok(_), Some(live)) = (&self.ran.answer, self.ran.live.get()) {
            check(live);
            // Without it nobody would see why the same assertion held a moment ago.
            let note = Note;
            check(state);
            std::mem::forget(note);
        } else {
            check(state);
        }
        self
    }

    /// Expects that the aggregate is deleted after the command.
    ///
    /// # Panics
    /// It is not, or the command was not accepted.
    #[track_caller]
    pub fn then_marked_deleted(self) -> Self {
        self.demand_acceptance("that the aggregate is deleted");
        if !self.fixture.past.slot().is_deleted() {
            self.fail(
                "that the aggregate is deleted",
                "left it alive; mark an event that was stored with \
                 `#[event_sourcing_handler(mark_deleted)]`",
            );
        }
        self
    }
}

/// Speaks when an assertion of the user fails.
struct Note;

impl Drop for Note {
    fn drop(&mut self) {
        eprintln!(
            "note: the assertion held for the state that the handler left, and failed for the \
             state loaded again from the stored events"
        );
    }
}
