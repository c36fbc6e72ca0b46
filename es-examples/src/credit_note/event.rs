use es_core::prelude::*;
use rust_decimal::Decimal;

use super::CreditNoteId;
use crate::item::Item;

/// A credit note was issued.
#[derive(Event, Debug, Clone, Serialize, Deserialize)]
pub struct CreditNoteIssued {
    /// The credit note.
    pub credit_note_id: CreditNoteId,
    /// Whom it is for, where that is known.
    pub customer: Option<String>,
    /// Where the customer lives.
    pub country: String,
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
    pub amount: Decimal,
    /// Whom the note is for, where that is known.
    pub customer: Option<String>,
    /// Where the customer lives.
    pub country: String,
    /// When the note was issued.
    pub issued_at: Timestamp,
}
