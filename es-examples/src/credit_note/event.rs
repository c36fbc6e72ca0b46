use es_core::prelude::*;

use super::CreditNoteId;
use crate::{country::Country, customer::CustomerName, item::Item, money::Money};

/// A credit note was issued.
#[derive(Event, Debug, Clone, Serialize, Deserialize)]
pub struct CreditNoteIssued {
    /// The credit note.
    pub credit_note_id: CreditNoteId,
    /// Whom it is for, where that is known.
    pub customer: Option<CustomerName>,
    /// Where the customer lives.
    pub country: Country,
    /// When it was issued.
    pub issued_at: Timestamp,
}

/// Something was given back.
#[derive(Event, Debug, Clone, Serialize, Deserialize)]
pub struct CreditAdded {
    /// The credit note.
    pub credit_note_id: CreditNoteId,
    /// The line's number on the note.
    pub line: u32,
    /// What was given back.
    pub item: Item,
    /// What it is worth, below zero.
    pub amount: Money,
    /// Whom the note is for, where that is known.
    pub customer: Option<CustomerName>,
    /// Where the customer lives.
    pub country: Country,
    /// When the note was issued.
    pub issued_at: Timestamp,
}
