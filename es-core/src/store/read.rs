use std::ops::ControlFlow;

use crate::event::{Position, RecordedEvent, Sequence};

/// Sees one event after another; `Break` ends the read.
pub type Visit<'a> = dyn FnMut(&RecordedEvent) -> ControlFlow<()> + Send + 'a;

/// A stream's last sequence; `None` for a stream without events.
pub type StreamVersion = Option<Sequence>;

/// A part of a partition.
#[derive(Debug, Clone)]
pub struct Page {
    /// The events that passed the filter, in order.
    pub events: Vec<RecordedEvent>,
    /// Everything up to here was looked at: the `after` of the next page, and what a token may
    /// say once the events are handled.
    pub up_to: Position,
    /// The head of the snapshot this page was read from.
    pub head: Position,
}
