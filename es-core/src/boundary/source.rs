use std::ops::ControlFlow;
use std::panic::{AssertUnwindSafe, catch_unwind};

use super::{Boundary, BoundaryOf, BoundaryState};
use crate::aggregate::ReplayError;
use crate::command::{Command, Refusal};
use crate::context::Context;
use crate::event::RecordedEvent;
use crate::fault::Fault;
use crate::store::{Condition, Criteria, Marker};

/// Sources a boundary for a command; generated code calls it before the handler.
///
/// The unit of work is stored only if nothing that matches the criteria was stored after what was
/// read here. What the unit itself has staged is folded too.
///
/// # Errors
/// The log cannot be read, or an event cannot be folded.
pub async fn source<S: BoundaryOf<C>, C: Command, X>(
    context: &Context,
    command: &C,
) -> Result<Boundary<S>, Refusal<X>> {
    let unit = context.unit()?;
    let criteria = named::<S>(S::criteria(command));
    let mut state = S::first();
    let mut failed = None;
    let mut visit = |event: &RecordedEvent| match fold(&mut state, event) {
        Ok(()) => ControlFlow::Continue(()),
        Err(error) => {
            failed = Some(error);
            ControlFlow::Break(())
        }
    };
    let store = &unit.runtime().shared().store;
    let after = store
        .source(unit.tenant(), &criteria, Marker::default(), &mut visit)
        .await
        .map_err(Fault::from)?;
    if let Some(error) = failed {
        return Err(Refusal::Fault(error.into()));
    }
    for event in unit.require(Condition { criteria, after })? {
        fold(&mut state, &event.unrecorded(unit.tenant(), None)).map_err(Fault::from)?;
    }
    Ok(Boundary(state))
}

/// Criteria without names mean the events that the state folds: no other can break a decision.
fn named<S: BoundaryState>(mut criteria: Criteria) -> Criteria {
    for criterion in criteria.0.iter_mut().filter(|criterion| criterion.names.is_empty()) {
        criterion.names = S::EVENTS.iter().map(|event| event.name.to_owned()).collect();
    }
    criteria
}

// Event-sourcing handlers are the user's code.
fn fold<S: BoundaryState>(state: &mut S, event: &RecordedEvent) -> Result<(), ReplayError> {
    catch_unwind(AssertUnwindSafe(|| state.fold(event)))
        .map_err(|panic| ReplayError::panicked(event, &*panic))?
}
