use std::collections::BTreeSet;

use es_core::prelude::*;
use rust_decimal::Decimal;

use super::{AddCredit, CreditAdded, CreditNoteId, CreditNoteIssued, IssueCreditNote};
use crate::item::InvalidItem;

/// A credit note, folded from its events.
#[aggregate]
#[derive(Debug, Serialize)]
pub struct CreditNote {
    #[aggregate_identifier]
    credit_note_id: CreditNoteId,
    customer: Option<String>,
    country: String,
    issued_at: Timestamp,
    lines: BTreeSet<u32>,
    credit: Decimal,
}

#[aggregate]
impl CreditNote {
    #[command_handler]
    fn issue(command: IssueCreditNote) -> CreditNoteIssued {
        let IssueCreditNote { credit_note_id, customer, country, issued_at } = command;
        CreditNoteIssued { credit_note_id, customer, country, issued_at }
    }

    #[command_handler]
    fn add(&self, command: AddCredit) -> Result<Option<CreditAdded>, InvalidItem> {
        let AddCredit { credit_note_id, line, item } = command;
        if self.lines.contains(&line) {
            return Ok(None);
        }
        item.added_to(self.credit)?;
        Ok(Some(CreditAdded {
            credit_note_id,
            line,
            amount: -item.amount()?,
            item,
            customer: self.customer.clone(),
            country: self.country.clone(),
            issued_at: self.issued_at,
        }))
    }

    #[event_sourcing_handler]
    fn on_issued(event: &CreditNoteIssued) -> Self {
        Self {
            credit_note_id: event.credit_note_id.clone(),
            customer: event.customer.clone(),
            country: event.country.clone(),
            issued_at: event.issued_at,
            lines: BTreeSet::new(),
            credit: Decimal::ZERO,
        }
    }

    #[event_sourcing_handler]
    fn on_added(&mut self, event: &CreditAdded) {
        self.lines.insert(event.line);
        self.credit -= event.amount;
    }
}
