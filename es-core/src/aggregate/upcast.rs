use super::{Aggregate, EventDescription, ReplayError, Slot};
use crate::event::{RecordedEvent, upcast};

/// Folds one row, whatever it was when it was stored: nothing, one event or several of today.
pub(crate) fn fold_stored<A: Aggregate>(
    slot: &mut Slot<A>,
    row: &RecordedEvent,
) -> Result<(), ReplayError> {
    match upcast_for::<A>(row)? {
        None => A::fold(slot, row),
        Some(rows) => rows
            .iter()
            .try_for_each(|event| A::fold(slot, event))
            .map_err(|error| error.stored_as(row)),
    }
}

/// Decodes one row; the events that an aggregate ignores are none.
pub(crate) fn decode_stored<A: Aggregate>(
    row: &RecordedEvent,
) -> Result<Vec<A::Event>, ReplayError> {
    match upcast_for::<A>(row)? {
        None => Ok(A::decode(row)?.into_iter().collect()),
        Some(rows) => rows.iter().filter_map(|event| A::decode(event).transpose()).collect(),
    }
}

/// True if the row leads to one of the aggregate's events with a name that is asked for.
pub(super) fn leads_to<A: Aggregate>(row: &RecordedEvent, asked: impl Fn(&str) -> bool) -> bool {
    if const { !have_past(A::EVENTS) } {
        return asked(&row.name);
    }
    A::EVENTS.iter().any(|it| asked(it.name) && it.lineage.reads(&row.name, row.revision))
}

fn upcast_for<A: Aggregate>(
    row: &RecordedEvent,
) -> Result<Option<Vec<RecordedEvent>>, ReplayError> {
    // Known when this is compiled: an aggregate whose events have always been what they are pays
    // nothing for those of others.
    if const { !have_past(A::EVENTS) } {
        return Ok(None);
    }
    upcast(A::EVENTS.iter().map(|event| event.lineage), row)
        .map_err(|error| ReplayError::undecodable(row, error))
}

const fn have_past(events: &[EventDescription]) -> bool {
    let mut rest = events;
    while let [first, others @ ..] = rest {
        if first.lineage.has_past() {
            return true;
        }
        rest = others;
    }
    false
}
