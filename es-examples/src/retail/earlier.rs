//! What is stored of an invoice beside what a file says of it.

use es_core::event::Timestamp;

use crate::{credit_note::CreditNote, order::Order};

/// An invoice without its items.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Head {
    pub(super) customer: Option<String>,
    pub(super) country: String,
    pub(super) at: Timestamp,
    /// The number of its last line.
    pub(super) lines: u32,
}

impl From<&Order> for Head {
    fn from(order: &Order) -> Self {
        Self {
            customer: order.customer().map(str::to_owned),
            country: order.country().to_owned(),
            at: order.placed_at(),
            lines: order.items().last_key_value().map_or(0, |(line, _)| *line),
        }
    }
}

impl From<&CreditNote> for Head {
    fn from(note: &CreditNote) -> Self {
        Self {
            customer: note.customer().map(str::to_owned),
            country: note.country().to_owned(),
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
            let name = |customer: &Option<String>| customer.clone().unwrap_or_default();
            let (stored, here) = (name(&stored.customer), name(&self.customer));
            differences.push(format!("customer `{stored}`, not `{here}`"));
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
        (!all.is_empty()).then(|| format!("it is stored already and stays as it is: {all}"))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, missing_docs)]

    use super::Head;

    fn head(lines: u32) -> Head {
        let at = "2024-01-01T00:00:00Z".parse().unwrap();
        Head { customer: Some("c".into()), country: "EIRE".into(), at, lines }
    }

    #[test]
    fn every_difference_is_told() {
        let later = "2024-01-02T00:00:00Z".parse().unwrap();
        let here = Head { customer: None, country: "France".into(), at: later, lines: 1 };
        assert_eq!(
            here.difference(&head(2)).unwrap(),
            "it is stored already and stays as it is: customer `c`, not ``; country `EIRE`, not \
             `France`; time 2024-01-01T00:00:00Z, not 2024-01-02T00:00:00Z; 2 lines, not 1"
        );
    }

    #[test]
    fn what_is_the_same_or_only_begun_does_not_differ() {
        assert_eq!(head(2).difference(&head(2)), None);
        assert_eq!(head(2).difference(&head(1)), None);
    }
}
