//! Orders as the read side knows them.

use serde_json::json;

use super::{
    Failure, Output, Shop, arguments,
    table::{Side, table},
};
use crate::{
    money::pounds,
    read::{ListOrders, OrderSummary},
};

pub(super) async fn run(shop: &Shop, list: &arguments::List) -> Result<Output, Failure> {
    let answer =
        shop.ask::<OrderSummary, _>(ListOrders { status: list.status, limit: list.limit }).await?;
    let mut text = orders(&answer.orders);
    let more = answer.count.saturating_sub(answer.orders.len());
    if more > 0 {
        text = format!("{text}\n… and {more} more; show them with --limit {}", answer.count);
    }
    Ok(Output { text, json: json!(answer) })
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
            order.customer.clone().unwrap_or_default(),
            order.country.clone(),
            order.placed_at.to_jiff().strftime("%Y-%m-%d %H:%M").to_string(),
            order.lines.to_string(),
            pounds(order.total),
        ]
    });
    table(&columns, &rows.collect::<Vec<_>>())
}
