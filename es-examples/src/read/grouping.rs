use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{Revenue, Totals};

/// What a report is grouped by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "lowercase")]
pub enum Grouping {
    /// By the customer's country, the largest first.
    Country,
    /// By the month of the order, in order.
    Month,
    /// By customer, the largest first.
    Customer,
}

impl Grouping {
    /// Returns what is grouped by in one word.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Country => "country",
            Self::Month => "month",
            Self::Customer => "customer",
        }
    }
}

/// One line of a report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Group {
    /// The country, month or customer; absent for unknown customers and for everything together.
    pub name: Option<String>,
    /// The sums.
    pub totals: Totals,
}

impl Group {
    /// Sums rows up. Without a grouping the answer is one group of everything.
    pub(super) fn sum(by: Option<Grouping>, rows: Vec<Revenue>) -> Vec<Self> {
        let Some(by) = by else {
            let mut totals = Totals::default();
            rows.iter().for_each(|row| totals.add(&row.totals));
            return vec![Self { name: None, totals }];
        };
        let mut groups = BTreeMap::<Option<String>, Totals>::new();
        for row in rows {
            let name = match by {
                Grouping::Country => Some(row.country),
                Grouping::Month => Some(row.month),
                Grouping::Customer => row.customer,
            };
            groups.entry(name).or_default().add(&row.totals);
        }
        let mut groups: Vec<_> =
            groups.into_iter().map(|(name, totals)| Self { name, totals }).collect();
        if by != Grouping::Month {
            groups.sort_by_key(|group| std::cmp::Reverse(group.totals.net()));
        }
        groups
    }
}
