//! The judgements that need no engine: values in, verdict out. Every engine uses these, so that
//! "refused" means the same everywhere.

use super::{Append, AppendError, Expectation, Expected, NewEvent, StreamVersion};
use crate::event::MAX_TAG_BYTES;

/// Refuses payloads over the limit, and tags over theirs.
///
/// # Errors
/// `TooLarge` or `TagTooLarge` for the first event over it.
pub fn sizes(events: &[NewEvent], limit_bytes: usize) -> Result<(), AppendError> {
    for event in events {
        let bytes = event.payload.len();
        if bytes > limit_bytes {
            let name = event.name.clone().into_owned();
            return Err(AppendError::TooLarge { name, bytes, limit: limit_bytes });
        }
        for tag in &event.tags {
            let bytes = tag.key.len() + tag.value.len();
            if bytes > MAX_TAG_BYTES {
                let (name, key) = (event.name.clone().into_owned(), tag.key.clone().into_owned());
                return Err(AppendError::TagTooLarge { name, key, bytes });
            }
        }
    }
    Ok(())
}

/// Refuses a batch that was decided on one that is not stored.
///
/// A version number does not show it: somebody else may have taken the number. A predecessor that
/// is neither durable nor accepted in the group being written never reached the log.
///
/// # Errors
/// `PredecessorUndone`, or `Unavailable` where it is not known what became of the predecessor.
pub fn predecessors(batch: &Append) -> Result<(), AppendError> {
    for fate in &batch.decided_on {
        if fate.is_in_doubt() {
            let reason = "it is not known whether a batch that this one was decided on was stored";
            return Err(AppendError::Unavailable { reason: reason.to_owned() });
        }
        if !fate.may_be_built_on() {
            return Err(AppendError::PredecessorUndone);
        }
    }
    Ok(())
}

/// Checks one expectation against the stream's version.
///
/// # Errors
/// `Conflict` if the stream looks different.
pub fn expectation(expectation: &Expectation, actual: StreamVersion) -> Result<(), AppendError> {
    let holds = match expectation.expected {
        Expected::Any => true,
        Expected::NoStream => actual.is_none(),
        Expected::Exact(sequence) => actual == Some(sequence),
    };
    if holds {
        return Ok(());
    }
    Err(AppendError::Conflict {
        stream: expectation.stream.clone(),
        expected: expectation.expected,
        actual,
    })
}
