use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use bytes::Bytes;

use super::SnapshotPolicy;
use crate::aggregate::{Aggregate, InFlight, Live};
use crate::event::{EventId, Sequence, StreamId};
use crate::future::panic_message;
use crate::store::{Append, EventStore, Snapshot};

/// What [`Snapshots::take_when_due`](super::Snapshots::take_when_due) does.
pub(super) fn take_by<A: Aggregate>(
    policy: &SnapshotPolicy<A>,
    store: &Arc<dyn EventStore>,
    stream: &StreamId,
    in_flight: &VecDeque<InFlight>,
    live: &Live<A>,
    batch: &Append,
) {
    let (Some(sequence), Some(state)) = (live.version, live.slot.get()) else { return };
    let own = || batch.events.iter().filter(|event| event.stream.as_ref() == Some(stream));
    let Some(event) = own().last().map(|event| event.id) else { return };
    let after = sequence.next().0;
    let is_due = policy.is_due_after(after.saturating_sub(own().count() as u64), after)
        || own().any(|event| policy.is_due_by(&event.name));
    // A deleted aggregate is never loaded to decide on it. And one is enough that waits: with a
    // short interval every command in the queue would carry a copy of the state.
    if !is_due || live.slot.is_deleted() || in_flight.iter().any(|it| it.fate.has_callbacks()) {
        return;
    }
    let taken = Taken { stream, sequence, event };
    if let Some(snapshot) = taken.of(policy, state) {
        let store = Arc::clone(store);
        batch.fate.once_committed(move || store.keep_snapshot(snapshot));
    }
}

/// Where a snapshot is taken.
pub(super) struct Taken<'a> {
    pub(super) stream: &'a StreamId,
    pub(super) sequence: Sequence,
    pub(super) event: EventId,
}

impl Taken<'_> {
    /// Writes the state down. A state that cannot be written costs its snapshots, nothing else.
    pub(super) fn of<A: Aggregate>(
        self,
        policy: &SnapshotPolicy<A>,
        state: &A,
    ) -> Option<Snapshot> {
        let Self { stream, sequence, event } = self;
        match encoded(policy, state) {
            Ok(payload) => {
                let schema = policy.schema();
                Some(Snapshot { stream: stream.clone(), sequence, event, schema, payload })
            }
            Err(reason) => {
                tracing::warn!(%stream, reason, "no snapshot can be taken");
                None
            }
        }
    }
}

/// The largest state that is written: beyond it a snapshot would be in everybody's way.
const LIMIT_BYTES: usize = 16 * 1024 * 1024;

fn encoded<A: Aggregate>(policy: &SnapshotPolicy<A>, state: &A) -> Result<Bytes, String> {
    // The user's `Serialize` runs here.
    let encoding = catch_unwind(AssertUnwindSafe(|| policy.encode(state)));
    let payload = encoding
        .map_err(|panic| format!("its `Serialize` panicked: {}", panic_message(&*panic)))?
        .map_err(|error| error.to_string())?;
    if payload.len() > LIMIT_BYTES {
        return Err(format!("it has {} bytes, the limit is {LIMIT_BYTES}", payload.len()));
    }
    Ok(payload)
}
