//! Credit notes: what a customer gave back.
//!
//! A credit note counts line by line; unlike an order it is never confirmed, paid or cancelled.

mod aggregate;
mod command;
mod error;
mod event;
mod id;

pub use aggregate::{CreditNote, CreditNoteEvent};
pub use command::{AddCredit, IssueCreditNote};
pub use error::CreditNoteError;
pub use event::{CreditAdded, CreditNoteIssued};
pub use id::CreditNoteId;
