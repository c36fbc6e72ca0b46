use es_core::prelude::*;
use es_core::projection::ReadSideError;

use crate::{
    country::Country,
    credit_note::{CreditAdded, CreditNoteId, CreditNoteIssued},
    customer::CustomerName,
    money::Money,
};

/// One credit note in a list.
#[derive(View, Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CreditNoteSummary {
    /// The credit note.
    #[key]
    pub credit_note_id: CreditNoteId,
    /// Whom it is for, where that is known.
    pub customer: Option<CustomerName>,
    /// Where the customer lives.
    pub country: Country,
    /// When it was issued.
    pub issued_at: Timestamp,
    /// How many lines it has.
    pub lines: u32,
    /// What it is worth, below zero.
    pub total: Money,
}

/// Asks for credit notes, ordered by number.
#[derive(Query, Debug, Clone, Serialize, Deserialize)]
#[query(answer = CreditNoteList)]
pub struct ListCreditNotes {
    /// At most so many.
    pub limit: usize,
}

/// The first credit notes of a list, and how many there are.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct CreditNoteList {
    /// The first ones.
    pub credit_notes: Vec<CreditNoteSummary>,
    /// How many there are altogether.
    pub count: usize,
}

#[projection(name = "credit-note-summary", processor = "shop")]
impl CreditNoteSummary {
    #[event_handler]
    fn on_issued(
        event: &CreditNoteIssued,
        notes: &mut Views<CreditNoteSummary>,
    ) -> Result<(), ReadSideError> {
        let CreditNoteIssued { credit_note_id, customer, country, issued_at } = event.clone();
        let (lines, total) = (0, Money::ZERO);
        notes.upsert(&CreditNoteSummary {
            credit_note_id,
            customer,
            country,
            issued_at,
            lines,
            total,
        })
    }

    #[event_handler]
    fn on_credit(
        event: &CreditAdded,
        notes: &mut Views<CreditNoteSummary>,
    ) -> Result<(), ReadSideError> {
        let Some(mut note) = notes.load(&event.credit_note_id)? else { return Ok(()) };
        note.lines += 1;
        note.total += event.amount;
        notes.upsert(&note)
    }

    #[query_handler]
    fn list(
        query: ListCreditNotes,
        notes: &Views<CreditNoteSummary>,
    ) -> Result<CreditNoteList, ReadSideError> {
        let mut found = notes.all()?;
        let count = found.len();
        found.truncate(query.limit);
        Ok(CreditNoteList { credit_notes: found, count })
    }
}
