//! What is stored of an invoice beside what a file says of it.

use es_core::event::Timestamp;

use crate::{country::Country, credit_note::CreditNote, customer::CustomerName, order::Order};

/// An invoice without its items.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Head {
    pub(super) customer: Option<CustomerName>,
    pub(super) country: Country,
    pub(super) at: Timestamp,
    /// The number of its last line.
    pub(super) lines: u32,
}

impl From<&Order> for Head {
    fn from(order: &Order) -> Self {
        Self {
            customer: order.customer().cloned(),
            country: order.country().clone(),
            at: order.placed_at(),
            lines: order.items().last_key_value().map_or(0, |(line, _)| *line),
        }
    }
}

impl From<&CreditNote> for Head {
    fn from(note: &CreditNote) -> Self {
        Self {
            customer: note.customer().cloned(),
            country: note.country().clone(),
            at: note.issued_at(),
            lines: note.lines().last_key_value().map_or(0, |(line, _)| *line),
        }
    }
}

impl Head {
    /// Says in what the stored one differs from this one of a file. Lines that are only in the file
    /// are no difference: they are about to be added.
    pub(super) fn difference(&self, stored: &Self) -> Option<String> {
        let mut differences = Vec::new();
        if stored.customer != self.customer {
            let (stored, here) = (name(stored.customer.as_ref()), name(self.customer.as_ref()));
            differences.push(format!("{stored}, not {here}"));
        }
        if stored.country != self.country {
            differences.push(format!("country `{}`, not `{}`", stored.country, self.country));
        }
        if stored.at != self.at {
            differences.push(format!("time {}, not {}", stored.at, self.at));
        }
        if stored.lines > self.lines {
            differences.push(format!("{} lines, not {}", stored.lines, self.lines));
        }
        let all = differences.join("; ");
        (!all.is_empty()).then_some(all)
    }
}

fn name(customer: Option<&CustomerName>) -> String {
    customer.map_or_else(|| "no customer".to_owned(), |name| format!("customer `{name}`"))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, missing_docs)]

    use super::Head;

    fn head(lines: u32) -> Head {
        let at = "2024-01-01T00:00:00Z".parse().unwrap();
        Head { customer: "c".parse().ok(), country: "EIRE".parse().unwrap(), at, lines }
    }

    #[test]
    fn every_difference_is_told() {
        let later = "2024-01-02T00:00:00Z".parse().unwrap();
        let here = Head { customer: None, country: "France".parse().unwrap(), at: later, lines: 1 };
        assert_eq!(
            here.difference(&head(2)).unwrap(),
            "customer `c`, not no customer; country `EIRE`, not `France`; time 2024-01-01T00:00:00Z, not 2024-01-02T00:00:00Z; 2 lines, not 1"
        );
    }

    #[test]
    fn what_is_the_same_or_only_begun_does_not_differ() {
        assert_eq!(head(2).difference(&head(2)), None);
        assert_eq!(head(2).difference(&head(1)), None);
    }
}
