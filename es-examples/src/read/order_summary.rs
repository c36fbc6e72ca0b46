use es_core::prelude::*;
use es_core::projection::ReadSideError;

use crate::{
    country::Country,
    customer::CustomerName,
    money::Money,
    order::{
        ItemAdded, OrderCancelled, OrderConfirmed, OrderCreated, OrderId, OrderPaid, OrderShipped,
        Payment, Status,
    },
};

/// One order in a list.
#[derive(View, Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrderSummary {
    /// The order.
    #[key]
    pub order_id: OrderId,
    /// How far it has come.
    #[index]
    pub status: Status,
    /// Who ordered, where that is known.
    pub customer: Option<CustomerName>,
    /// Where the customer lives.
    pub country: Country,
    /// When it was placed.
    pub placed_at: Timestamp,
    /// How many lines it has.
    pub lines: u32,
    /// What it is worth.
    pub total: Money,
}

/// Asks for one order.
#[derive(Query, Debug, Clone, Serialize, Deserialize)]
#[query(answer = Option<OrderSummary>)]
pub struct FindOrder {
    /// The order.
    pub order_id: OrderId,
}

/// Asks for orders, ordered by number.
#[derive(Query, Debug, Clone, Serialize, Deserialize)]
#[query(answer = OrderList)]
pub struct ListOrders {
    /// Only these; all without.
    pub status: Option<Status>,
    /// At most so many.
    pub limit: usize,
}

/// The first orders of a list, and how many there are.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct OrderList {
    /// The first ones.
    pub orders: Vec<OrderSummary>,
    /// How many there are altogether.
    pub count: usize,
}

#[projection(name = "order-summary", processor = "shop")]
impl OrderSummary {
    #[event_handler]
    fn on_created(
        event: &OrderCreated,
        orders: &mut Views<OrderSummary>,
    ) -> Result<(), ReadSideError> {
        orders.upsert(&OrderSummary {
            order_id: event.order_id.clone(),
            status: Status::Open,
            customer: event.customer.clone(),
            country: event.country.clone(),
            placed_at: event.placed_at,
            lines: 0,
            total: Money::ZERO,
        })
    }

    #[event_handler]
    fn on_item(event: &ItemAdded, orders: &mut Views<OrderSummary>) -> Result<(), ReadSideError> {
        change(orders, &event.order_id, |order| {
            order.lines += 1;
            order.total += event.item.amount();
        })
    }

    #[event_handler]
    fn on_confirmed(
        event: &OrderConfirmed,
        orders: &mut Views<OrderSummary>,
    ) -> Result<(), ReadSideError> {
        let status = match event.payment {
            Payment::Due => Status::Confirmed,
            Payment::Settled => Status::Paid,
        };
        change(orders, &event.order_id, |order| order.status = status)
    }

    #[event_handler]
    fn on_paid(event: &OrderPaid, orders: &mut Views<OrderSummary>) -> Result<(), ReadSideError> {
        change(orders, &event.order_id, |order| order.status = Status::Paid)
    }

    #[event_handler]
    fn on_shipped(
        event: &OrderShipped,
        orders: &mut Views<OrderSummary>,
    ) -> Result<(), ReadSideError> {
        change(orders, &event.order_id, |order| order.status = Status::Shipped)
    }

    #[event_handler]
    fn on_cancelled(
        event: &OrderCancelled,
        orders: &mut Views<OrderSummary>,
    ) -> Result<(), ReadSideError> {
        change(orders, &event.order_id, |order| order.status = Status::Cancelled)
    }

    #[query_handler]
    fn find(
        query: FindOrder,
        orders: &Views<OrderSummary>,
    ) -> Result<Option<OrderSummary>, ReadSideError> {
        orders.load(&query.order_id)
    }

    #[query_handler]
    fn list(query: ListOrders, orders: &Views<OrderSummary>) -> Result<OrderList, ReadSideError> {
        let mut found = match query.status {
            Some(status) => orders.by(OrderSummary::BY_STATUS, &status)?,
            None => orders.all()?,
        };
        let count = found.len();
        found.truncate(query.limit);
        Ok(OrderList { orders: found, count })
    }
}

fn change(
    orders: &mut Views<OrderSummary>,
    id: &OrderId,
    change: impl FnOnce(&mut OrderSummary),
) -> Result<(), ReadSideError> {
    let Some(mut order) = orders.load(id)? else { return Ok(()) };
    change(&mut order);
    orders.upsert(&order)
}
