use std::sync::Arc;

use bytes::Bytes;

use super::row::Row;
use crate::aggregate::{Aggregate, AggregateId, ReplayError, Slot, decode_stored, fold_stored};
use crate::event::{
    EventId, Metadata, Partition, Position, RecordedEvent, Sequence, StreamId, Tenant, Timestamp,
};
use crate::store::NewEvent;

// Stands for the id in messages about the very first event, before any state has told it.
const UNKNOWN_ID: &str = "(given)";

/// What has happened to one aggregate: its stream, and the state folded from it.
pub(super) struct Past<A> {
    events: Vec<RecordedEvent>,
    slot: Slot<A>,
}

impl<A: Aggregate> Past<A> {
    pub(super) fn nothing() -> Self {
        Self { events: Vec::new(), slot: Slot::missing() }
    }

    /// The state, folded from the stored form of every event.
    pub(super) fn slot(&self) -> &Slot<A> {
        &self.slot
    }

    /// A second state, folded anew, for a handler to work on.
    pub(super) fn load(&self) -> Result<Slot<A>, ReplayError> {
        let mut slot = Slot::missing();
        self.events.iter().try_for_each(|event| fold_stored(&mut slot, event))?;
        Ok(slot)
    }

    /// The text form of the aggregate's id, once there is a state.
    pub(super) fn id(&self) -> Option<String> {
        self.slot.get().map(|state| state.id().to_text().into_owned())
    }

    /// Adds a stored row, folding it like a load does.
    pub(super) fn row(&mut self, row: Row, at: Timestamp) -> Result<(), String> {
        let next = self.next_sequence();
        if let Some(sequence) = row.sequence.filter(|sequence| *sequence != next) {
            return Err(format!(
                "the rows are no whole stream: `{}` is at sequence {sequence}, and the next \
                 sequence is {next}; give every row of the stream once, in order, from 0",
                row.name
            ));
        }
        self.event(&row.name, row.revision, row.payload, at).map_err(|error| error.to_string())
    }

    /// Adds what a command stored.
    pub(super) fn staged(&mut self, staged: &[NewEvent], at: Timestamp) -> Result<(), ReplayError> {
        staged.iter().try_for_each(|event| {
            self.event(&event.name, event.revision, event.payload.clone(), at)
        })
    }

    /// Adds one event in its stored form, and folds it.
    pub(super) fn event(
        &mut self,
        name: &str,
        revision: u32,
        payload: Bytes,
        at: Timestamp,
    ) -> Result<(), ReplayError> {
        let sequence = self.next_sequence();
        let event = RecordedEvent {
            partition: Partition(0),
            position: Position(sequence.0).next(),
            id: EventId::generate(),
            tenant: Tenant::default(),
            stream: self.stream().map(|stream| (stream, sequence)),
            name: Arc::from(name),
            revision,
            payload,
            metadata: Metadata::new(),
            recorded_at: at,
        };
        fold_stored(&mut self.slot, &event)?;
        // The sibling enum is decoded by code of its own.
        decode_stored::<A>(&event)?;
        self.events.push(event);
        Ok(())
    }

    fn stream(&self) -> Option<StreamId> {
        let id = self.id().unwrap_or_else(|| UNKNOWN_ID.to_owned());
        StreamId::new(&Tenant::default(), A::NAME, &id).ok()
    }

    /// The sequence of the last event.
    pub(super) fn version(&self) -> Option<Sequence> {
        self.next_sequence().0.checked_sub(1).map(Sequence)
    }

    fn next_sequence(&self) -> Sequence {
        Sequence(u64::try_from(self.events.len()).unwrap_or(u64::MAX))
    }

    /// The last events as the sibling enum.
    pub(super) fn last(&self, count: usize) -> Result<Vec<A::Event>, ReplayError> {
        let first = self.events.len().saturating_sub(count);
        let mut last = Vec::new();
        for event in self.events.iter().skip(first) {
            last.extend(decode_stored::<A>(event)?);
        }
        Ok(last)
    }
}
