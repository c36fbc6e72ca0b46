use crate::item::InvalidItem;

/// Why a credit note refuses a line.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CreditNoteError {
    /// What is stored stays as it is.
    #[error("line {0} gives back another item already; use a line number that is free")]
    AnotherItem(u32),
    /// What was given back is no item, or makes the credit too large.
    #[error(transparent)]
    Item(#[from] InvalidItem),
}
