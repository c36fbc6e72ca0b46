use crate::event::{EventId, InvalidId, MAX_TAG_BYTES, Position, Sequence, StreamId};

use super::{Expected, RememberedCommand};

/// Why a batch was not stored, or why that is not known.
#[derive(thiserror::Error)]
#[non_exhaustive]
pub enum AppendError {
    /// A stream does not look as expected.
    #[error("`{stream}` is at {actual:?}, expected was {expected:?}")]
    Conflict {
        /// The stream.
        stream: StreamId,
        /// What the batch expected.
        expected: Expected,
        /// The stream's last sequence.
        actual: Option<Sequence>,
    },
    /// An event that matches a condition was stored after its marker.
    #[error("the event at position {position} breaks condition {index} of the batch")]
    ConditionFailed {
        /// Which condition.
        index: usize,
        /// The event that breaks it.
        position: Position,
    },
    /// A batch that this one was decided on was undone.
    #[error("the state this was decided on was never stored")]
    PredecessorUndone,
    /// The command's id is taken: somebody was faster, or it is a repetition.
    #[error("command {} is stored already", .0.id)]
    CommandStored(Box<RememberedCommand>),
    /// An event id is stored already.
    #[error("event {0} is stored already; every event needs an id of its own")]
    EventStored(EventId),
    /// A payload is larger than the limit.
    #[error("event `{name}` has a payload of {bytes} bytes, the limit is {limit}; {REMEDY}")]
    TooLarge {
        /// The event's stored name.
        name: String,
        /// Its size.
        bytes: usize,
        /// The limit.
        limit: usize,
    },
    /// A tag is larger than [`MAX_TAG_BYTES`].
    #[error(
        "event `{name}` has a tag `{key}` of {bytes} bytes, the limit is {MAX_TAG_BYTES}; tag it \
         with something shorter, an id or a hash for example"
    )]
    TagTooLarge {
        /// The event's stored name.
        name: String,
        /// The tag's key.
        key: String,
        /// The size of its key and value.
        bytes: usize,
    },
    /// An id cannot be stored.
    #[error(transparent)]
    InvalidId(#[from] InvalidId),
    /// The engine cannot do this.
    #[error("this log cannot store {what}; {remedy}")]
    Unsupported {
        /// What was asked for.
        what: &'static str,
        /// What to do.
        remedy: &'static str,
    },
    /// No place in the queue was free in time. Nothing is stored.
    #[error("the log's queue is full; send fewer commands at a time, or try again later")]
    Overloaded,
    /// Somebody else held the log for too long. Nothing is stored.
    #[error("the log is locked by another process; try again")]
    Busy,
    /// The log is closed. Nothing is stored.
    #[error("the log is closed")]
    Closed,
    /// The engine failed; nothing is stored, and it is safe to try again.
    #[error("the log is not available: {reason}")]
    Unavailable {
        /// What happened and what to do.
        reason: String,
    },
    /// It is not known whether the batch is stored: send the command again under the same id.
    #[error("it is not known whether the batch was stored: {reason}")]
    OutcomeUnknown {
        /// What happened.
        reason: String,
    },
}

const REMEDY: &str = "store large content elsewhere and refer to it, or raise the limit";

/// Why the log could not be read.
#[derive(thiserror::Error)]
#[non_exhaustive]
pub enum ReadError {
    /// An event is not what was written, or is gone.
    #[error(
        "the event at position {position} of `{log}` is damaged or lost: what is stored there is \
         not what was written; remove the file with all that belongs to it, and restore it from a \
         backup"
    )]
    Damaged {
        /// Where the log is.
        log: String,
        /// The event's position.
        position: Position,
    },
    /// A snapshot is not what was written. The events are not concerned.
    #[error("the snapshot of `{stream}` in `{log}` is damaged; its events are read instead")]
    DamagedSnapshot {
        /// Where the log is.
        log: String,
        /// The stream.
        stream: StreamId,
    },
    /// The engine cannot do this.
    #[error("this log cannot do this: {what}")]
    Unsupported {
        /// What was asked for.
        what: &'static str,
    },
    /// The log is closed.
    #[error("the log is closed")]
    Closed,
    /// The engine failed.
    #[error("the log cannot be read: {reason}")]
    Unavailable {
        /// What happened and what to do.
        reason: String,
    },
}

crate::fault::debug_is_display!(AppendError, ReadError);
