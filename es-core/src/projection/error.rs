use std::time::Duration;

use super::ReadSideError;
use crate::event::Position;
use crate::store::ReadError;

/// Why a processor could not be started.
#[derive(thiserror::Error)]
#[non_exhaustive]
pub enum ProcessorError {
    /// The token names another log.
    #[error(
        "processor `{processor}`: the read side belongs to another log; reset it ({remedy}): {found}"
    )]
    WrongLog {
        /// The processor.
        processor: String,
        /// What was found.
        found: String,
        /// How to reset the read side.
        remedy: String,
    },
    /// The token names a position beyond the head, or another event there: the log had events that
    /// it has no more.
    #[error(
        "processor `{processor}`: {found}, so events are lost; restore the log from a backup with \
         all the files that belong to it; only if the log is right as it is, reset the read side \
         ({remedy})"
    )]
    LostEvents {
        /// The processor.
        processor: String,
        /// What was found.
        found: String,
        /// How to reset the read side.
        remedy: String,
    },
    /// Two views of one processor have the same name.
    #[error("processor `{processor}` has two views named `{view}`; rename one of them")]
    TwoViews {
        /// The processor.
        processor: String,
        /// The name.
        view: &'static str,
    },
    /// Event handlers of two processors use one view; each would fill a table of its own.
    #[error(
        "view `{view}` is used by {first} and by {second}, which run on different processors and \
         would fill a table each; let their projections share a processor with \
         `#[projection(processor = \"..\")]`, or give one view another name with \
         `#[view(name = \"..\")]`"
    )]
    SharedView {
        /// The view.
        view: &'static str,
        /// A handler that uses it, of which projection or function, and where it is.
        first: String,
        /// The other one.
        second: String,
    },
    /// A free function and a projection, or two of them, would share a token by accident.
    #[error(
        "`{processor}` is a projection's processor and an event handler's function; rename the \
         function"
    )]
    TwoProcessors {
        /// The name.
        processor: String,
    },
    /// A query handler reads a view that no processor writes.
    #[error(
        "query handler `{handler}` ({place}) reads view `{view}`, which no projection writes; \
         take `&mut Views<{view}>` in an `#[event_handler]` of a `#[projection]`"
    )]
    NoTable {
        /// The handler's Rust name.
        handler: &'static str,
        /// Where it is.
        place: String,
        /// The view's name.
        view: &'static str,
    },
    /// The log numbers its events in several partitions.
    #[error("processor `{processor}` cannot read a log with {partitions} partitions; use one")]
    Partitions {
        /// The processor.
        processor: String,
        /// How many there are.
        partitions: u32,
    },
    /// The read side failed.
    #[error("processor `{processor}`: {source}")]
    ReadSide {
        /// The processor.
        processor: String,
        /// Why.
        source: ReadSideError,
    },
    /// The log could not be read.
    #[error("processor `{processor}`: {source}")]
    Log {
        /// The processor.
        processor: String,
        /// Why.
        source: ReadError,
    },
    /// The runtime is shutting down.
    #[error("processor `{processor}` cannot start while the runtime is shutting down")]
    RuntimeEnded {
        /// The processor.
        processor: String,
    },
}

/// Why waiting for a projection was in vain.
#[derive(thiserror::Error)]
#[non_exhaustive]
pub enum CaughtUpError {
    /// The deadline passed.
    #[error(
        "projection `{processor}` is at position {position}, not yet at {wanted}, after {waited:?}; \
         wait longer, or look at its status"
    )]
    TimedOut {
        /// The processor.
        processor: String,
        /// Where it is.
        position: Position,
        /// Where it should be.
        wanted: Position,
        /// How long was waited.
        waited: Duration,
    },
    /// The processor fails on an event before the wanted position.
    #[error("projection `{processor}` does not get past a failure: {reason}")]
    Failed {
        /// The processor.
        processor: String,
        /// What fails, where, and why.
        reason: String,
    },
    /// The processor's token does not belong to this log.
    #[error("projection `{processor}` does not run: {reason}")]
    WrongLog {
        /// The processor.
        processor: String,
        /// What to do.
        reason: String,
    },
    /// The application has no such projection.
    #[error(
        "projection `{processor}` is not part of this application; add it with `.with::<..>()`"
    )]
    Absent {
        /// The processor.
        processor: String,
    },
    /// The processor has ended.
    #[error("projection `{processor}` was stopped; start the application again")]
    Stopped {
        /// The processor.
        processor: String,
    },
    /// A handler of this processor waits for the processor itself.
    #[error("a handler of `{processor}` cannot wait for `{processor}`; it would wait for itself")]
    Inside {
        /// The processor.
        processor: String,
    },
    /// The log cannot be read, so that nobody knows how far it goes.
    #[error("nobody can tell what to wait for: {source}")]
    Log {
        /// Why.
        #[from]
        source: ReadError,
    },
    /// The token names a partition that the processor does not read.
    #[error("projection `{processor}` does not read partition {partition} of the commit token")]
    UnknownPartition {
        /// The processor.
        processor: String,
        /// The partition.
        partition: crate::event::Partition,
    },
    /// More than one processor is behind.
    #[error("{} processors are behind:\n- {}", .errors.len(), lines(.errors))]
    Several {
        /// What each of them says.
        errors: Vec<Self>,
    },
}

fn lines(errors: &[CaughtUpError]) -> String {
    let lines: Vec<_> = errors.iter().map(ToString::to_string).collect();
    lines.join("\n- ")
}

crate::fault::debug_is_display!(ProcessorError, CaughtUpError);
