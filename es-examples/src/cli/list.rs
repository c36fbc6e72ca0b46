//! Orders and credit notes as the read side knows them.

use es_core::event::Timestamp;
use serde_json::json;

use super::{
    Failure, Output, Shop, arguments,
    output::counted,
    table::{Side, table},
};
use crate::{
    customer::CustomerName,
    read::{CreditNoteSummary, ListCreditNotes, ListOrders, OrderSummary},
};

pub(super) async fn run(shop: &Shop, list: &arguments::List) -> Result<Output, Failure> {
    if list.credit_notes {
        credit_notes(shop, list.limit).await
    } else {
        list_orders(shop, list).await
    }
}

async fn list_orders(shop: &Shop, list: &arguments::List) -> Result<Output, Failure> {
    let query = ListOrders { status: list.status, limit: list.limit };
    let answer = shop.ask::<OrderSummary, _>(query).await?;
    let mut text = with_more(orders(&answer.orders), answer.orders.len(), answer.count);
    if list.status.is_none() {
        let notes = shop.ask::<CreditNoteSummary, _>(ListCreditNotes { limit: 0 }).await?.count;
        if notes > 0 {
            let notes = counted(notes as u64, "credit note");
            text = format!("{text}\n{notes} beside them; list --credit-notes shows them");
        }
    }
    Ok(Output { text, json: json!(answer) })
}

async fn credit_notes(shop: &Shop, limit: usize) -> Result<Output, Failure> {
    let answer = shop.ask::<CreditNoteSummary, _>(ListCreditNotes { limit }).await?;
    let columns = [
        ("credit note", Side::Left),
        ("customer", Side::Left),
        ("country", Side::Left),
        ("issued at", Side::Left),
        ("lines", Side::Right),
        ("total", Side::Right),
    ];
    let rows = answer.credit_notes.iter().map(|note| {
        vec![
            note.credit_note_id.0.clone(),
            name(note.customer.as_ref()),
            note.country.to_string(),
            minute(note.issued_at),
            note.lines.to_string(),
            note.total.to_string(),
        ]
    });
    let rows = rows.collect::<Vec<_>>();
    let text = if rows.is_empty() { "no credit notes".to_owned() } else { table(&columns, &rows) };
    Ok(Output { text: with_more(text, rows.len(), answer.count), json: json!(answer) })
}

/// Lays orders out as a table.
pub(super) fn orders(orders: &[OrderSummary]) -> String {
    if orders.is_empty() {
        return "no orders".to_owned();
    }
    let columns = [
        ("order", Side::Left),
        ("status", Side::Left),
        ("customer", Side::Left),
        ("country", Side::Left),
        ("placed at", Side::Left),
        ("lines", Side::Right),
        ("total", Side::Right),
    ];
    let rows = orders.iter().map(|order| {
        vec![
            order.order_id.0.clone(),
            order.status.word().to_owned(),
            name(order.customer.as_ref()),
            order.country.to_string(),
            minute(order.placed_at),
            order.lines.to_string(),
            order.total.to_string(),
        ]
    });
    table(&columns, &rows.collect::<Vec<_>>())
}

fn with_more(text: String, shown: usize, count: usize) -> String {
    match count.saturating_sub(shown) {
        0 => text,
        more => format!("{text}\n… and {more} more; show them with --limit {count}"),
    }
}

fn name(customer: Option<&CustomerName>) -> String {
    customer.map(ToString::to_string).unwrap_or_default()
}

fn minute(at: Timestamp) -> String {
    at.to_jiff().strftime("%Y-%m-%d %H:%M").to_string()
}
