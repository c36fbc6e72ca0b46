use async_trait::async_trait;
use bytes::Bytes;

use super::ReadError;
use crate::event::{EventId, Sequence, StreamId};

/// A stream's state after one of its events, so that a load need not begin with the first.
///
/// It is derived from the events and may be lost at any time. Whoever uses one compares `event`
/// with the stored event of that sequence: only then does the snapshot belong to this history.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Snapshot {
    /// The stream.
    pub stream: StreamId,
    /// The sequence of the last event in it.
    pub sequence: Sequence,
    /// The id of that event.
    pub event: EventId,
    /// The hash of the state's shape and of the logic that led to it.
    pub schema: u64,
    /// The state.
    pub payload: Bytes,
}

/// Keeps the latest snapshot of each stream, beside the log.
///
/// An engine without snapshots takes the methods as they are here, which keep nothing.
#[async_trait]
pub trait SnapshotStore: Send + Sync {
    /// Keeps a snapshot in place of the stream's earlier one.
    ///
    /// Neither waits nor fails: nobody depends on it. From now on [`SnapshotStore::snapshot`]
    /// gives it; a durable engine writes it with one of its next groups, at its closing at the
    /// latest, and loses it if the process ends before. The caller has made sure that the event
    /// is durable.
    fn keep_snapshot(&self, _snapshot: Snapshot) {}

    /// The snapshot that was kept last for a stream.
    ///
    /// # Errors
    /// [`ReadError::DamagedSnapshot`] if what is stored is not what was written; otherwise the log
    /// cannot be read. Either way the events still tell the state.
    async fn snapshot(&self, _stream: &StreamId) -> Result<Option<Snapshot>, ReadError> {
        Ok(None)
    }
}
