use es_core::prelude::*;
use es_core::projection::ReadSideError;

use super::{Group, Grouping, Totals};
use crate::{
    country::Country,
    credit_note::{CreditAdded, CreditNoteIssued},
    customer::CustomerName,
    order::{OrderCancelled, OrderConfirmed},
};

/// What one customer in one country bought and gave back in one month.
#[derive(View, Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Revenue {
    /// The country.
    #[key]
    pub country: String,
    /// The month of the orders, for example `2010-12`.
    #[key]
    pub month: String,
    /// The customer, where that is known.
    #[key]
    pub customer: Option<String>,
    /// The sums.
    pub totals: Totals,
}

/// Asks for the sums, altogether or by something.
#[derive(Query, Debug, Clone, Serialize, Deserialize)]
#[query(answer = Vec<Group>)]
pub struct ReportRevenue {
    /// What to group by; one group of everything without.
    pub by: Option<Grouping>,
}

#[projection(name = "revenue", processor = "shop")]
impl Revenue {
    #[event_handler]
    fn on_confirmed(
        event: &OrderConfirmed,
        revenue: &mut Views<Revenue>,
    ) -> Result<(), ReadSideError> {
        let sale = &event.sale;
        let place = (&sale.country, &sale.customer, sale.placed_at);
        count(revenue, place, |totals| totals.add_order(sale))
    }

    #[event_handler]
    fn on_cancelled(
        event: &OrderCancelled,
        revenue: &mut Views<Revenue>,
    ) -> Result<(), ReadSideError> {
        if !event.was_confirmed {
            return Ok(());
        }
        let sale = &event.sale;
        let place = (&sale.country, &sale.customer, sale.placed_at);
        count(revenue, place, |totals| totals.take_back_order(sale))
    }

    #[event_handler]
    fn on_issued(
        event: &CreditNoteIssued,
        revenue: &mut Views<Revenue>,
    ) -> Result<(), ReadSideError> {
        let place = (&event.country, &event.customer, event.issued_at);
        count(revenue, place, |totals| totals.credit_notes += 1)
    }

    #[event_handler]
    fn on_credit(event: &CreditAdded, revenue: &mut Views<Revenue>) -> Result<(), ReadSideError> {
        let place = (&event.country, &event.customer, event.issued_at);
        count(revenue, place, |totals| totals.add_credit(event.amount))
    }

    #[query_handler]
    fn report(query: ReportRevenue, revenue: &Views<Revenue>) -> Result<Vec<Group>, ReadSideError> {
        Ok(Group::sum(query.by, revenue.all()?))
    }
}

fn count(
    revenue: &mut Views<Revenue>,
    (country, customer, at): (&Country, &Option<CustomerName>, Timestamp),
    change: impl FnOnce(&mut Totals),
) -> Result<(), ReadSideError> {
    // In UTC, as the export's dates are read.
    let month = at.to_jiff().strftime("%Y-%m").to_string();
    let customer = customer.as_ref().map(CustomerName::to_string);
    let key = (country.to_string(), month, customer);
    let mut row = match revenue.load(&key)? {
        Some(row) => row,
        None => {
            let (country, month, customer) = key;
            Revenue { country, month, customer, totals: Totals::default() }
        }
    };
    change(&mut row.totals);
    revenue.upsert(&row)
}
