//! Why a row was not imported.

use crate::{
    item::{InvalidPrice, TooLarge},
    text::InvalidText,
};

/// The reason why a row is neither a sale nor a credit, or was refused by the order it belongs to.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Rejected {
    /// The row is shorter or longer than the header.
    #[error("the row has {found} fields, the header has {expected}")]
    Fields {
        /// How many fields the row has.
        found: usize,
        /// How many fields the header has.
        expected: usize,
    },
    /// The row holds bytes that are no UTF-8 text.
    #[error("the row is not UTF-8 text")]
    NotText,
    /// The number is neither that of an invoice nor that of a credit note.
    #[error("`InvoiceNo` `{0}` is neither digits nor `C` and digits")]
    Number(String),
    /// The quantity is not a whole number.
    #[error("`Quantity` `{0}` is not a whole number")]
    Quantity(String),
    /// The quantity has the wrong sign for what the number says the row is.
    #[error("`Quantity` of {what} must be {must}, it is {found}")]
    Sign {
        /// "a sale" or "a credit".
        what: &'static str,
        /// "above 0" or "below 0".
        must: &'static str,
        /// The quantity of the row.
        found: i64,
    },
    /// The quantity is beyond what an item can hold.
    #[error("`Quantity` {0} is beyond {max}", max = u32::MAX)]
    TooMany(i64),
    /// The price is none.
    #[error(transparent)]
    Price(#[from] InvalidPrice),
    /// A text is blank, too long, or not one line.
    #[error(transparent)]
    Text(#[from] InvalidText),
    /// Quantity times price is more than an order takes.
    #[error(transparent)]
    TooLarge(#[from] TooLarge),
    /// The date cannot be read.
    #[error("`InvoiceDate` `{0}` is not a date and time like 2010-12-01T08:26:00")]
    Date(String),
    /// The order or the credit note refused the line.
    #[error("{0}")]
    Refused(String),
}
