use crate::event::{EventId, Partition, Position};
use crate::store::LogId;

/// Names one token.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct TokenKey {
    /// The processor.
    pub processor: String,
    /// The processor's version: its projections, their view shapes and declared versions.
    pub version: String,
    /// The segment's number.
    pub segment: u32,
    /// The log's partition.
    pub partition: Partition,
}

/// How far a segment has handled a partition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token {
    /// The log it belongs to.
    pub log: LogId,
    /// Everything up to here is handled.
    pub position: Position,
    /// The event at that position, to notice another history with the same numbers.
    pub event: Option<EventId>,
    /// Up to here a replay runs; 0 without one.
    pub replay_until: Position,
    /// Raised when somebody takes the segment over.
    pub fence: u64,
}

impl Token {
    /// Before the log's first event. What the log holds already, up to its head, is a replay.
    pub(super) fn at_beginning(log: LogId, head: Position) -> Self {
        Self { log, position: Position(0), event: None, replay_until: head, fence: 0 }
    }

    /// Behind the log's last event, with that event's id. Nothing is replayed.
    pub(super) fn at_head(log: LogId, head: Position, last: Option<EventId>) -> Self {
        Self { log, position: head, event: last, replay_until: Position(0), fence: 0 }
    }
}
