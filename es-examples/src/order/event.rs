use es_core::prelude::*;

use super::{OrderId, Payment};
use crate::{country::Country, customer::CustomerName, item::Item, money::Money};

/// An order was opened.
#[derive(Event, Debug, Clone, Serialize, Deserialize)]
pub struct OrderCreated {
    /// The order.
    pub order_id: OrderId,
    /// Who ordered, where that is known.
    pub customer: Option<CustomerName>,
    /// Where the customer lives.
    pub country: Country,
    /// When it was placed.
    pub placed_at: Timestamp,
}

/// An item was added.
#[derive(Event, Debug, Clone, Serialize, Deserialize)]
pub struct ItemAdded {
    /// The order.
    pub order_id: OrderId,
    /// The line's number in the order.
    pub line: u32,
    /// What was ordered.
    pub item: Item,
}

/// What reports count: where and when an order was placed, by whom, and what it is worth.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sale {
    /// Who ordered, where that is known.
    pub customer: Option<CustomerName>,
    /// Where the customer lives.
    pub country: Country,
    /// When the order was placed.
    pub placed_at: Timestamp,
    /// How many lines it has.
    pub lines: u32,
    /// What it is worth.
    pub total: Money,
}

/// An order's items were fixed; from now on it counts.
#[derive(Event, Debug, Clone, Serialize, Deserialize)]
pub struct OrderConfirmed {
    /// The order.
    pub order_id: OrderId,
    /// Whether it still had to be paid.
    pub payment: Payment,
    /// What reports add.
    pub sale: Sale,
}

/// The customer paid.
#[derive(Event, Debug, Clone, Serialize, Deserialize)]
pub struct OrderPaid {
    /// The order.
    pub order_id: OrderId,
    /// The bank's number of the payment.
    pub receipt: String,
    /// What was paid.
    pub amount: Money,
}

/// The goods were sent away.
#[derive(Event, Debug, Clone, Serialize, Deserialize)]
pub struct OrderShipped {
    /// The order.
    pub order_id: OrderId,
}

/// An order was called off.
#[derive(Event, Debug, Clone, Serialize, Deserialize)]
pub struct OrderCancelled {
    /// The order.
    pub order_id: OrderId,
    /// What reports take back if it had been confirmed.
    pub sale: Sale,
    /// Whether it had been confirmed, and so been counted.
    pub was_confirmed: bool,
}
