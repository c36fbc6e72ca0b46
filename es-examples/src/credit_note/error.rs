use crate::item::TooLarge;

/// Why a credit note refuses a line.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CreditNoteError {
    /// What is stored stays as it is.
    #[error("line {0} gives back another item already; use a line number that is free")]
    AnotherItem(u32),
    /// The line would make the credit too large.
    #[error(transparent)]
    TooLarge(#[from] TooLarge),
}
