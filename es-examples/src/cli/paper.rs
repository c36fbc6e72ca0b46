//! What has a number and can be shown: an order or a credit note.

use std::collections::BTreeMap;

use es_core::{aggregate::Aggregate, prelude::*};

use super::{
    output::counted,
    table::{Side, table},
};
use crate::{
    country::Country, credit_note::CreditNote, customer::CustomerName, item::Item, order::Order,
};

/// What an order and a credit note have in common for whoever reads them.
pub(super) trait Paper: Aggregate<Id: for<'n> From<&'n str>> + Serialize {
    /// What it is called.
    const WORD: &'static str;
    /// The heading of its quantities.
    const QUANTITY: &'static str;

    /// Says in a few words what it is.
    fn summary(&self) -> String;
    fn customer(&self) -> Option<&CustomerName>;
    fn country(&self) -> &Country;
    fn items(&self) -> &BTreeMap<u32, Item>;
}

impl Paper for Order {
    const WORD: &'static str = "order";
    const QUANTITY: &'static str = "quantity";

    fn summary(&self) -> String {
        let lines = counted(self.items().len() as u64, "line");
        format!("{}, {lines}, total {}", self.status().word(), self.total())
    }

    fn customer(&self) -> Option<&CustomerName> {
        self.customer()
    }

    fn country(&self) -> &Country {
        self.country()
    }

    fn items(&self) -> &BTreeMap<u32, Item> {
        self.items()
    }
}

impl Paper for CreditNote {
    const WORD: &'static str = "credit note";
    const QUANTITY: &'static str = "given back";

    fn summary(&self) -> String {
        let lines = counted(self.lines().len() as u64, "line");
        format!("{lines}, total {}", self.total())
    }

    fn customer(&self) -> Option<&CustomerName> {
        self.customer()
    }

    fn country(&self) -> &Country {
        self.country()
    }

    fn items(&self) -> &BTreeMap<u32, Item> {
        self.lines()
    }
}

/// Lays out what somebody shall read who asks for one paper.
pub(super) fn page<P: Paper>(number: &str, paper: &P, below: &str) -> String {
    let customer = paper.customer().map_or_else(|| "unknown".to_owned(), ToString::to_string);
    let mut page = format!(
        "{} {number}: {}\ncustomer {customer}, {}\n{below}",
        P::WORD,
        paper.summary(),
        paper.country(),
    );
    if !paper.items().is_empty() {
        page = format!("{page}\n\n{}", items(paper));
    }
    page
}

fn items<P: Paper>(paper: &P) -> String {
    let columns = [
        ("line", Side::Right),
        ("product", Side::Left),
        ("description", Side::Left),
        (P::QUANTITY, Side::Right),
        ("price", Side::Right),
    ];
    let rows = paper.items().iter().map(|(line, item)| {
        vec![
            line.to_string(),
            item.product.to_string(),
            item.description.to_string(),
            item.quantity.to_string(),
            item.unit_price.to_string(),
        ]
    });
    table(&columns, &rows.collect::<Vec<_>>())
}
