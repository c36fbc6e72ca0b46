//! An in-memory repository for cqrs-es that keeps what a database would: rows of JSON text.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use cqrs_es::Aggregate;
use cqrs_es::persist::{
    PersistedEventRepository, PersistenceError, ReplayStream, SerializedEvent, SerializedSnapshot,
};
use serde_json::Value;

struct Row {
    sequence: usize,
    event_type: String,
    event_version: String,
    payload: String,
    metadata: String,
}

/// Streams of rows by aggregate id.
#[derive(Default)]
pub struct JsonRows {
    streams: Mutex<HashMap<String, Vec<Row>>>,
}

impl Row {
    fn encode(event: &SerializedEvent) -> Self {
        Self {
            sequence: event.sequence,
            event_type: event.event_type.clone(),
            event_version: event.event_version.clone(),
            payload: event.payload.to_string(),
            metadata: event.metadata.to_string(),
        }
    }

    fn decode(&self, kind: &str, id: &str) -> Result<SerializedEvent, PersistenceError> {
        Ok(SerializedEvent::new(
            id.to_owned(),
            self.sequence,
            kind.to_owned(),
            self.event_type.clone(),
            self.event_version.clone(),
            serde_json::from_str(&self.payload)?,
            serde_json::from_str(&self.metadata)?,
        ))
    }
}

impl PersistedEventRepository for JsonRows {
    async fn get_events<A: Aggregate>(
        &self,
        id: &str,
    ) -> Result<Vec<SerializedEvent>, PersistenceError> {
        let streams = self.streams.lock().unwrap_or_else(PoisonError::into_inner);
        let rows = streams.get(id).map(Vec::as_slice).unwrap_or_default();
        rows.iter().map(|row| row.decode(A::TYPE, id)).collect()
    }

    async fn get_last_events<A: Aggregate>(
        &self,
        id: &str,
        last_sequence: usize,
    ) -> Result<Vec<SerializedEvent>, PersistenceError> {
        let mut events = self.get_events::<A>(id).await?;
        events.retain(|event| event.sequence > last_sequence);
        Ok(events)
    }

    async fn get_snapshot<A: Aggregate>(
        &self,
        _: &str,
    ) -> Result<Option<SerializedSnapshot>, PersistenceError> {
        Ok(None)
    }

    async fn persist<A: Aggregate>(
        &self,
        events: &[SerializedEvent],
        _: Option<(String, Value, usize)>,
    ) -> Result<(), PersistenceError> {
        let Some(first) = events.first() else {
            return Ok(());
        };
        let mut streams = self.streams.lock().unwrap_or_else(PoisonError::into_inner);
        let rows = streams.entry(first.aggregate_id.clone()).or_default();
        if rows.len() + 1 != first.sequence {
            return Err(PersistenceError::OptimisticLockError);
        }
        rows.extend(events.iter().map(Row::encode));
        Ok(())
    }

    async fn stream_events<A: Aggregate>(&self, _: &str) -> Result<ReplayStream, PersistenceError> {
        Ok(ReplayStream::new(1).1)
    }

    async fn stream_all_events<A: Aggregate>(&self) -> Result<ReplayStream, PersistenceError> {
        Ok(ReplayStream::new(1).1)
    }
}
