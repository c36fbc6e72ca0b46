use es_core::prelude::*;

use super::CreditNoteId;
use crate::{
    country::Country,
    customer::CustomerName,
    item::{Item, SaidItem},
    said,
};

/// Issues a credit note, still without lines.
#[derive(Command, Debug, Clone, Serialize, Deserialize)]
pub struct IssueCreditNote {
    /// The new credit note's number.
    #[target]
    pub credit_note_id: CreditNoteId,
    /// Whom it is for, where that is known.
    #[serde(default, deserialize_with = "said::text_if_any")]
    pub customer: Option<CustomerName>,
    /// Where the customer lives.
    #[serde(deserialize_with = "said::text")]
    pub country: Country,
    /// When it was issued.
    pub issued_at: Timestamp,
}

/// Adds what was given back.
#[derive(Command, Debug, Clone, Serialize, Deserialize)]
pub struct AddCredit {
    /// The credit note.
    #[target]
    pub credit_note_id: CreditNoteId,
    /// The line's number on the note; a known number stores nothing.
    pub line: u32,
    /// What was given back.
    #[serde(deserialize_with = "SaidItem::deserialize")]
    pub item: Item,
}
