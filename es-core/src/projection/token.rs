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
