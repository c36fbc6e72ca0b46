use std::ops::ControlFlow;
use std::panic::{AssertUnwindSafe, catch_unwind};

use super::{Boundary, BoundaryOf, BoundaryState};
use crate::aggregate::ReplayError;
use crate::command::{Command, Refusal};
use crate::context::Context;
use crate::event::{Lineage, RecordedEvent, upcast};
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
    let criteria = named::<S>(S::criteria(command)).with_earlier_names(known::<S>());
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

fn known<S: BoundaryState>() -> impl Iterator<Item = &'static Lineage> + Clone {
    S::EVENTS.iter().map(|event| event.lineage)
}

// Event-sourcing handlers and the conversions of earlier events are the user's code.
fn fold<S: BoundaryState>(state: &mut S, row: &RecordedEvent) -> Result<(), ReplayError> {
    let folding = AssertUnwindSafe(|| match upcast(known::<S>(), row) {
        Ok(None) => state.fold(row),
        Ok(Some(rows)) => rows.iter().try_for_each(|event| state.fold(event)),
        Err(error) => Err(ReplayError::undecodable(row, error)),
    });
    catch_unwind(folding).map_err(|panic| ReplayError::panicked(row, &*panic))?
}
