use std::any::Any;

use crate::event::{CodecError, InvalidId, RecordedEvent, Sequence, StreamId};
use crate::fault::Fault;
use crate::future::panic_message;
use crate::store::ReadError;

/// Why a stored event could not be folded into the state.
#[derive(thiserror::Error)]
#[non_exhaustive]
pub enum ReplayError {
    /// The aggregate does not know the event.
    #[error(
        "`{place}` has the unknown event `{name}` (revision {revision}){}; run a version that knows \
         it, add an `#[event_sourcing_handler]`, say `renamed_from(\"{name}\")` at the event that \
         it is today, or pass over it with `#[aggregate(ignore(\"{name}\"))]`",
        upcast_from(.stored_as.as_deref())
    )]
    UnknownEvent {
        /// The stream and sequence.
        place: Place,
        /// The event's name.
        name: String,
        /// Its revision.
        revision: u32,
        /// The stored name, if the row is of an earlier event that became this one.
        stored_as: Option<String>,
    },
    /// The payload does not have the expected shape.
    #[error("event `{name}` of `{place}` cannot be decoded: {source}")]
    Undecodable {
        /// The stream and sequence.
        place: Place,
        /// The stored name.
        name: String,
        /// The codec's error.
        source: CodecError,
    },
    /// The event-sourcing handler panicked.
    #[error(
        "the event-sourcing handler of `{name}` panicked at `{place}`: {message}; \
         it must accept every event that was stored"
    )]
    Panicked {
        /// The stream and sequence.
        place: Place,
        /// The stored name.
        name: String,
        /// What it said.
        message: String,
    },
    /// The stream's events contradict one another.
    #[error("the stream is corrupt at `{place}`: event `{name}` does not fit: {reason}")]
    CorruptStream {
        /// The stream and sequence.
        place: Place,
        /// The stored name.
        name: String,
        /// Why it does not fit.
        reason: String,
    },
}

/// A stream and a sequence in it, for error texts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The stream, if the event has one.
    pub stream: Option<StreamId>,
    /// The sequence in it.
    pub sequence: Option<Sequence>,
}

impl std::fmt::Display for Place {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match (&self.stream, self.sequence) {
            (Some(stream), Some(sequence)) => write!(f, "{stream} at sequence {sequence}"),
            _ => f.write_str("an event without a stream"),
        }
    }
}

impl From<&RecordedEvent> for Place {
    fn from(event: &RecordedEvent) -> Self {
        Self {
            stream: event.stream.as_ref().map(|(stream, _)| stream.clone()),
            sequence: event.sequence(),
        }
    }
}

impl ReplayError {
    /// Tells that the aggregate does not know the event; generated code calls it.
    #[must_use]
    pub fn unknown(event: &RecordedEvent) -> Self {
        Self::UnknownEvent {
            place: event.into(),
            name: event.name.to_string(),
            revision: event.revision,
            stored_as: None,
        }
    }

    /// The same, told of an event that the row became.
    pub(crate) fn stored_as(mut self, row: &RecordedEvent) -> Self {
        if let Self::UnknownEvent { stored_as, .. } = &mut self {
            *stored_as = Some(row.name.to_string());
        }
        self
    }

    pub(crate) fn undecodable(event: &RecordedEvent, source: CodecError) -> Self {
        Self::Undecodable { place: event.into(), name: event.name.to_string(), source }
    }

    pub(crate) fn panicked(event: &RecordedEvent, panic: &(dyn Any + Send)) -> Self {
        Self::Panicked {
            place: event.into(),
            name: event.name.to_string(),
            message: panic_message(panic),
        }
    }

    pub(crate) fn corrupt(event: &RecordedEvent, reason: impl Into<String>) -> Self {
        Self::CorruptStream {
            place: event.into(),
            name: event.name.to_string(),
            reason: reason.into(),
        }
    }
}

/// Why an aggregate could not be loaded.
#[derive(thiserror::Error)]
#[non_exhaustive]
pub enum LoadError {
    /// There is no aggregate with this id, or none yet at that sequence or moment.
    #[error("`{stream}` does not exist; create it first, or check the id")]
    NotFound {
        /// The stream.
        stream: StreamId,
    },
    /// The aggregate was deleted.
    #[error("`{stream}` was deleted; its past is still there at an earlier version or moment")]
    Deleted {
        /// The stream.
        stream: StreamId,
    },
    /// The id has no text form that can be stored.
    #[error(transparent)]
    InvalidId(#[from] InvalidId),
    /// Its events cannot be folded.
    #[error(transparent)]
    Replay(#[from] ReplayError),
    /// The log cannot be read.
    #[error(transparent)]
    Read(#[from] ReadError),
}

crate::fault::debug_is_display!(LoadError, ReplayError);

fn upcast_from(stored_as: Option<&str>) -> String {
    stored_as.map_or_else(String::new, |row| format!(", upcast from the stored `{row}`"))
}

pub(super) fn evolves_only(event: &str, aggregate: &str) -> Fault {
    Fault::defect(format!(
        "`{event}` changes a `{aggregate}` that exists, and there is none; \
         write its handler as `fn(event) -> Self` if it creates one"
    ))
}

pub(super) fn creates_only(event: &str, aggregate: &str) -> Fault {
    Fault::defect(format!("`{event}` creates a `{aggregate}`, and this one exists already"))
}

pub(super) fn too_late(event: &str, aggregate: &str) -> Fault {
    Fault::defect(format!(
        "`{event}` was applied to a `{aggregate}` after the event that deleted it; \
         apply the deleting event last"
    ))
}
