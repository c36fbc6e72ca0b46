//! What a promise says when it does not hold.

use std::fmt::{self, Debug};

use crate::store::{AppendError, ReadError};

pub(super) type Verdict<T = ()> = Result<T, Unkept>;

/// Why a promise ended early.
#[derive(Debug)]
pub(super) enum Unkept {
    /// What was expected, and what was seen.
    Broken(String),
    /// The engine does not claim this; the reason.
    NotApplicable(&'static str),
}

impl Unkept {
    pub(super) fn broken(what: impl Into<String>) -> Self {
        Self::Broken(what.into())
    }
}

impl fmt::Display for Unkept {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Broken(what) => what,
            Self::NotApplicable(reason) => reason,
        })
    }
}

impl From<AppendError> for Unkept {
    fn from(error: AppendError) -> Self {
        Self::Broken(format!("expected the batch to be stored, but it was refused: {error}"))
    }
}

impl From<ReadError> for Unkept {
    fn from(error: ReadError) -> Self {
        Self::Broken(format!("expected the log to be readable, but: {error}"))
    }
}

impl From<tokio::task::JoinError> for Unkept {
    fn from(error: tokio::task::JoinError) -> Self {
        Self::Broken(format!("expected no panic, but: {error}"))
    }
}

/// Expects two values to be equal.
pub(super) fn equal<T: PartialEq + Debug>(what: &str, seen: T, expected: T) -> Verdict {
    if seen == expected {
        return Ok(());
    }
    Err(Unkept::Broken(format!("{what}: expected {expected:?}, saw {seen:?}")))
}

/// Expects something to be so.
pub(super) fn holds(is_so: bool, what: impl FnOnce() -> String) -> Verdict {
    if is_so { Ok(()) } else { Err(Unkept::Broken(what())) }
}
