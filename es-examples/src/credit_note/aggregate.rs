use std::collections::BTreeMap;

use es_core::prelude::*;

use super::{
    AddCredit, CreditAdded, CreditNoteError, CreditNoteId, CreditNoteIssued, IssueCreditNote,
};
use crate::{country::Country, customer::CustomerName, item::Item, money::Money};

/// A credit note, folded from its events.
#[aggregate]
#[derive(Debug, Serialize)]
pub struct CreditNote {
    #[aggregate_identifier]
    credit_note_id: CreditNoteId,
    customer: Option<CustomerName>,
    country: Country,
    issued_at: Timestamp,
    lines: BTreeMap<u32, Item>,
    total: Money,
}

#[aggregate]
impl CreditNote {
    #[command_handler]
    fn issue(command: IssueCreditNote) -> CreditNoteIssued {
        let IssueCreditNote { credit_note_id, customer, country, issued_at } = command;
        CreditNoteIssued { credit_note_id, customer, country, issued_at }
    }

    #[command_handler]
    fn add(&self, command: AddCredit) -> Result<Option<CreditAdded>, CreditNoteError> {
        let AddCredit { credit_note_id, line, item } = command;
        if let Some(known) = self.lines.get(&line) {
            let is_repeated = *known == item;
            return if is_repeated { Ok(None) } else { Err(CreditNoteError::AnotherItem(line)) };
        }
        item.added_to(-self.total)?;
        Ok(Some(CreditAdded {
            credit_note_id,
            line,
            amount: -item.amount(),
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
            lines: BTreeMap::new(),
            total: Money::ZERO,
        }
    }

    #[event_sourcing_handler]
    fn on_added(&mut self, event: &CreditAdded) {
        self.lines.insert(event.line, event.item.clone());
        self.total += event.amount;
    }
}

impl CreditNote {
    /// Returns whom it is for, where that is known.
    #[must_use]
    pub fn customer(&self) -> Option<&CustomerName> {
        self.customer.as_ref()
    }

    /// Returns where the customer lives.
    #[must_use]
    pub fn country(&self) -> &Country {
        &self.country
    }

    /// Returns when it was issued.
    #[must_use]
    pub fn issued_at(&self) -> Timestamp {
        self.issued_at
    }

    /// Returns what was given back by line number.
    #[must_use]
    pub fn lines(&self) -> &BTreeMap<u32, Item> {
        &self.lines
    }

    /// Returns what everything given back is worth together, below zero.
    #[must_use]
    pub fn total(&self) -> Money {
        self.total
    }
}
