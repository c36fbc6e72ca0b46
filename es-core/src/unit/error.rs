use std::fmt;

use crate::aggregate::LoadError;
use crate::event::{InvalidId, StreamId};
use crate::fault::Fault;

/// Why a handler could not have another aggregate.
///
/// `?` takes it in a handler that returns `Result<_, HandlerError<E>>`, whatever the handler's own
/// error `E` is, and not in one that returns `Result<_, E>`: the caller is then told as if the
/// aggregate were the command's own target.
// Not an `Error` itself: that keeps its conversion into `HandlerError` free of conflicts.
#[derive(Debug)]
#[non_exhaustive]
pub enum RepositoryError {
    /// There is no aggregate with this id.
    NotFound(StreamId),
    /// There is one already.
    AlreadyExists(StreamId),
    /// It was deleted.
    Deleted(StreamId),
    /// A handler further out, or a guard that is still held, has it.
    InUse(StreamId),
    /// Its id cannot be stored.
    InvalidId(InvalidId),
    /// It cannot be read or folded.
    Load(LoadError),
    /// The unit of work cannot go on.
    Fault(Fault),
}

impl From<InvalidId> for RepositoryError {
    fn from(error: InvalidId) -> Self {
        Self::InvalidId(error)
    }
}

impl From<LoadError> for RepositoryError {
    fn from(error: LoadError) -> Self {
        match error {
            LoadError::NotFound { stream } => Self::NotFound(stream),
            LoadError::Deleted { stream } => Self::Deleted(stream),
            LoadError::InvalidId(error) => Self::InvalidId(error),
            error => Self::Load(error),
        }
    }
}

impl fmt::Display for RepositoryError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotFound(stream) => {
                write!(f, "`{stream}` does not exist; create it first, or check the id")
            }
            Self::AlreadyExists(stream) => {
                write!(f, "`{stream}` exists already; use another id")
            }
            Self::Deleted(stream) => write!(f, "`{stream}` was deleted"),
            Self::InUse(stream) => write!(
                f,
                "`{stream}` is in use by a handler that waits for this; drop its guard first, or \
                 change it there"
            ),
            Self::InvalidId(error) => error.fmt(f),
            Self::Load(error) => error.fmt(f),
            Self::Fault(fault) => fault.fmt(f),
        }
    }
}
