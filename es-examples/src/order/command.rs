use es_core::prelude::*;

use super::{OrderId, Payment};
use crate::{
    country::Country,
    customer::CustomerName,
    item::{Item, SaidItem},
    said,
};

/// Opens an order.
#[derive(Command, Debug, Clone, Serialize, Deserialize)]
pub struct CreateOrder {
    /// The new order's number.
    #[target]
    pub order_id: OrderId,
    /// Who orders, where that is known.
    #[serde(default, deserialize_with = "said::text_if_any")]
    pub customer: Option<CustomerName>,
    /// Where the customer lives.
    #[serde(deserialize_with = "said::text")]
    pub country: Country,
    /// When the order was placed, which for an imported one is long ago.
    pub placed_at: Timestamp,
}

/// Adds an item to an open order.
#[derive(Command, Debug, Clone, Serialize, Deserialize)]
pub struct AddItem {
    /// The order.
    #[target]
    pub order_id: OrderId,
    /// The line's number in the order; the next free one without. A known line stores nothing.
    pub line: Option<u32>,
    /// What is ordered.
    #[serde(deserialize_with = "SaidItem::deserialize")]
    pub item: Item,
}

/// Fixes an order's items and makes it count as revenue.
#[derive(Command, Debug, Clone, Serialize, Deserialize)]
pub struct ConfirmOrder {
    /// The order.
    #[target]
    pub order_id: OrderId,
    /// Whether it still has to be paid.
    pub payment: Payment,
}

/// Charges the customer.
#[derive(Command, Debug, Clone, Serialize, Deserialize)]
pub struct PayOrder {
    /// The order.
    #[target]
    pub order_id: OrderId,
}

/// Sends the goods away.
#[derive(Command, Debug, Clone, Serialize, Deserialize)]
pub struct ShipOrder {
    /// The order.
    #[target]
    pub order_id: OrderId,
}

/// Calls an order off.
#[derive(Command, Debug, Clone, Serialize, Deserialize)]
pub struct CancelOrder {
    /// The order.
    #[target]
    pub order_id: OrderId,
}
