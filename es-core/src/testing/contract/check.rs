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
    let (seen, expected) = apart(&format!("{seen:?}"), &format!("{expected:?}"));
    Err(Unkept::Broken(format!("{what}: expected {expected}, saw {seen}")))
}

/// Two texts with what is around their first difference, and no more where they are long.
fn apart(a: &str, b: &str) -> (String, String) {
    let same = a.chars().zip(b.chars()).take_while(|(a, b)| a == b).count();
    let start = same.saturating_sub(AROUND);
    let cut = |text: &str| {
        let shown: String = text.chars().skip(start).take(3 * AROUND).collect();
        let before = if start > 0 { "…" } else { "" };
        let after = if text.chars().nth(start + 3 * AROUND).is_some() { "…" } else { "" };
        format!("{before}{shown}{after}")
    };
    (cut(a), cut(b))
}

/// How many characters before a difference are shown.
const AROUND: usize = 100;

/// Expects something to be so.
pub(super) fn holds(is_so: bool, what: impl FnOnce() -> String) -> Verdict {
    if is_so { Ok(()) } else { Err(Unkept::Broken(what())) }
}
