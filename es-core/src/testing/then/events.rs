use super::Then;
use crate::aggregate::{Aggregate, Events};
use crate::command::CommandOf;
use crate::testing::complaint::{acceptance_text, fail, refusal_text};
use crate::testing::diff::diff;
use crate::testing::expected::Expected;
use crate::testing::paint::Paint;
use crate::testing::shown::{indented, listing};

impl<A: Aggregate, C: CommandOf<A>> Then<A, C> {
    /// Expects that exactly these events were stored, in this order: one, or a tuple, array,
    /// `Vec` or `Option` of them.
    ///
    /// They are compared as the JSON that is stored; fields with `#[serde(skip)]` are not seen.
    ///
    /// # Panics
    /// Other events were stored, or the command was not accepted.
    #[track_caller]
    pub fn then_events(self, events: impl Events<A>) -> Self {
        let mut expected = Expected::default();
        Events::<A>::stage(events, &mut expected);
        if let Some(complaint) = &expected.complaint {
            fail(complaint);
        }
        let listed = listing(&expected.events);
        if let (Err(refusal), false) = (&self.ran.answer, self.expects_refusal) {
            let wanted = if listed.is_empty() { "that nothing is stored" } else { "these events" };
            let wanted = format!("{wanted}\n{}", indented(&listed));
            self.fail(wanted.trim_end(), &refusal_text(refusal));
        }
        let stored = expected.show(&self.ran.stored);
        if stored != expected.events {
            let lines = diff(&listed, &listing(&stored), Paint::of_environment());
            self.fail("other events than were stored", &format!("stored these\n{lines}"));
        }
        self
    }

    /// Expects that the stored events, as the aggregate's sibling enum, pass a check.
    ///
    /// For events with parts that a test cannot know beforehand.
    ///
    /// # Panics
    /// The check says false, or the command was not accepted.
    #[track_caller]
    pub fn then_events_match(self, check: impl FnOnce(&[A::Event]) -> bool) -> Self {
        self.demand_acceptance("events that pass the check");
        match self.fixture.past.last(self.ran.stored.len()) {
            Ok(events) if check(&events) => self,
            Ok(_) => {
                self.fail("events that pass the check", &acceptance_text(&self.ran.stored));
            }
            Err(error) => self.fail("events that can be decoded", &error.to_string()),
        }
    }

    /// Expects that the command was accepted and stored nothing; after `then_error` and its like,
    /// only that nothing was stored.
    ///
    /// # Panics
    /// Something was stored, or the command was not accepted.
    #[track_caller]
    pub fn then_nothing(self) -> Self {
        self.demand_acceptance("that nothing is stored");
        if !self.ran.stored.is_empty() {
            self.fail("that nothing is stored", &acceptance_text(&self.ran.stored));
        }
        self
    }
}
