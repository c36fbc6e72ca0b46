use std::fmt;

/// What somebody can put on a table of a log that runs, or refuses, when a row is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum MeddlerKind {
    /// A trigger.
    Trigger,
    /// A unique index.
    Index,
}

impl MeddlerKind {
    /// SQL's word for it, as in `DROP`.
    pub(super) fn keyword(self) -> &'static str {
        match self {
            Self::Trigger => "TRIGGER",
            Self::Index => "INDEX",
        }
    }
}

impl fmt::Display for MeddlerKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Trigger => "trigger",
            Self::Index => "index",
        })
    }
}
