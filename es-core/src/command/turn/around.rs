//! What surrounds each decision: the application's handling interceptors, and the aggregate's own.

use std::any::Any;

use super::Journey;
use super::hand_over::Outcome;
use crate::aggregate::{Aggregate, Slot};
use crate::command::{Around, CommandError, DomainError, Handled, Veto, guarded};
use crate::context::Context;

impl<A: Aggregate, X: DomainError> Journey<A, X> {
    pub(super) fn around<'a>(&'a self, payload: &'a (dyn Any + Send + Sync)) -> Around<'a> {
        Around {
            interceptors: &self.runtime.shared().interceptors.handling,
            name: self.name,
            id: self.id,
            target: Some(&self.cell.stream),
            payload,
            passed: 0,
        }
    }

    /// Asks the interceptors, and then the aggregate's own where it exists.
    pub(super) fn enter(
        &self,
        around: &mut Around<'_>,
        slot: &Slot<A>,
        context: &mut Context,
    ) -> Result<(), Veto> {
        around.enter(&mut context.metadata)?;
        match slot.get() {
            Some(state) if !slot.is_deleted() => {
                guarded(|| state.intercept(&around.message(&context.metadata)))
            }
            _ => Ok(()),
        }
    }

    /// Shows the interceptors what the handler came to; the decision is dropped if one stops it.
    pub(super) fn leave<R>(&self, around: &Around<'_>, outcome: &mut Outcome<A, R, X>) {
        let handled = match (&outcome.result, &outcome.live) {
            (Ok(_), Some(live)) => Handled::Decided(live.slot.staged()),
            (Ok(_), None) => Handled::Decided(&[]),
            (Err(error), _) => Handled::Failed(error),
        };
        if let Err(veto) = around.leave(&outcome.metadata, handled) {
            outcome.result = Err(CommandError::Vetoed { command_id: self.id, veto });
            outcome.live.take_if(|live| !live.slot.is_untouched());
        }
    }
}
