use std::panic::{AssertUnwindSafe, catch_unwind};

use super::BoundaryState;
use crate::aggregate::ReplayError;
use crate::event::{Lineage, RecordedEvent, upcast};
use crate::store::Criterion;

/// Folds a row. Of the events that it has become, those are folded of which `is_wanted` says so by
/// their names; if it cannot say, nothing is folded and the answer is false.
// Event-sourcing handlers and the conversions of earlier events are the user's code.
pub(super) fn fold<S: BoundaryState>(
    state: &mut S,
    row: &RecordedEvent,
    is_wanted: impl Fn(&str) -> Option<bool>,
) -> Result<bool, ReplayError> {
    let folding = AssertUnwindSafe(|| {
        let upcast = upcast(known::<S>(), row);
        let Some(events) = upcast.map_err(|error| ReplayError::undecodable(row, error))? else {
            return state.fold(row).map(|()| true);
        };
        let judged: Option<Vec<_>> = events.iter().map(|event| is_wanted(&event.name)).collect();
        let Some(judged) = judged else { return Ok(false) };
        let wanted = events.iter().zip(judged).filter(|(_, is_wanted)| *is_wanted);
        wanted.map(|(event, _)| event).try_for_each(|event| state.fold(event))?;
        Ok(true)
    });
    catch_unwind(folding).map_err(|panic| ReplayError::panicked(row, &*panic))?
}

pub(super) fn known<S: BoundaryState>() -> impl Iterator<Item = &'static Lineage> + Clone {
    S::EVENTS.iter().map(|event| event.lineage)
}

/// Tells whether a criterion matches rows with this name, if they have its tags.
pub(super) fn nameable(criterion: &Criterion, row: &str) -> bool {
    criterion.matches(row, |_| true)
}

/// Tells whether a criterion asks for an event as it is today. One that names nothing that the
/// state folds asks for rows by their name of earlier days, and so for all that they have become.
pub(super) fn names<S: BoundaryState>(criterion: &Criterion, event: &str) -> bool {
    nameable(criterion, event) || !S::EVENTS.iter().any(|known| nameable(criterion, known.name))
}
