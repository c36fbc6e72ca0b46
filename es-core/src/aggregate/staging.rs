use super::Order;

use crate::event::Metadata;
use crate::fault::Fault;
use crate::store::{AnyEvent, NewEvent};

/// What one decision has applied so far.
#[derive(Debug, Default)]
pub struct Staging {
    events: Vec<NewEvent>,
    fault: Option<Fault>,
    /// True while an event changes the state; for ever if that panics.
    is_changing: bool,
}

impl Staging {
    /// An event-sourcing handler is about to change the state.
    pub(crate) fn change(&mut self) {
        self.is_changing = true;
    }

    pub(crate) fn stage(&mut self, event: &dyn AnyEvent, applied: Result<(), Fault>) {
        let id = Order::next().as_id();
        match applied.and_then(|()| NewEvent::of(event, id, Metadata::new())) {
            Ok(event) => self.events.push(event),
            Err(fault) => {
                self.fault.get_or_insert(fault);
            }
        }
        self.is_changing = false;
    }

    /// True if nothing was applied and nothing failed: the state is as it was.
    #[must_use]
    pub fn is_untouched(&self) -> bool {
        self.events.is_empty() && self.fault.is_none() && !self.is_changing
    }

    /// Gives the staged events, or the first fault. They have no stream and metadata yet, and
    /// their place in the order of `apply` where their id will be.
    ///
    /// # Errors
    /// An event did not apply or could not be encoded.
    pub fn finish(self) -> Result<Vec<NewEvent>, Fault> {
        match self.fault {
            Some(fault) => Err(fault),
            None if self.is_changing => Err(Fault::defect(
                "an event-sourcing handler panicked, and what it left is unknown",
            )),
            None => Ok(self.events),
        }
    }
}
