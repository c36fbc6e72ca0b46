//! The domain all benchmarks share: an order that is created, gets items, and is cancelled.
//!
//! The peers have the same one by hand (`peers/src/order.rs`). An item event is about 100 bytes
//! of JSON.

use es_core::prelude::*;

/// Creates an order.
#[derive(Clone, Debug, Command, Serialize, Deserialize)]
pub struct CreateOrder {
    /// The order.
    #[target]
    pub order_id: String,
    /// Who orders.
    pub customer: String,
}

/// Adds a line to an order.
#[derive(Clone, Debug, Command, Serialize, Deserialize)]
pub struct AddItem {
    /// The order.
    #[target]
    pub order_id: String,
    /// The article.
    pub sku: String,
    /// How many.
    pub quantity: u32,
    /// What one costs.
    pub price: String,
    /// Makes the event as long as real ones are.
    pub note: String,
}

/// Cancels an order.
#[derive(Clone, Debug, Command, Serialize, Deserialize)]
pub struct CancelOrder {
    /// The order.
    #[target]
    pub order_id: String,
}

/// An order was created.
#[derive(Debug, Event, Serialize, Deserialize)]
pub struct OrderCreated {
    /// The order.
    pub order_id: String,
    /// Who ordered.
    pub customer: String,
}

/// A line was added.
#[derive(Debug, Event, Serialize, Deserialize)]
pub struct ItemAdded {
    /// The article.
    pub sku: String,
    /// How many.
    pub quantity: u32,
    /// What one costs.
    pub price: String,
    /// Whatever was noted.
    pub note: String,
}

/// The order was cancelled.
#[derive(Debug, Event, Serialize, Deserialize)]
pub struct OrderCancelled {}

/// Why a command was refused.
#[derive(Debug, thiserror::Error)]
pub enum OrderError {
    /// Nothing happens to a cancelled order.
    #[error("the order is cancelled")]
    Cancelled,
}

/// The state of an order.
#[aggregate]
#[derive(Debug)]
pub struct Order {
    #[aggregate_identifier]
    order_id: String,
    customer: String,
    lines: u32,
    quantity: u64,
    cancelled: bool,
}

#[aggregate]
impl Order {
    /// Decides about a [`CreateOrder`].
    #[command_handler]
    #[must_use]
    pub fn create(command: CreateOrder) -> OrderCreated {
        OrderCreated { order_id: command.order_id, customer: command.customer }
    }

    /// Decides about an [`AddItem`].
    ///
    /// # Errors
    /// [`OrderError::Cancelled`].
    #[command_handler]
    pub fn add_item(&self, command: AddItem) -> Result<ItemAdded, OrderError> {
        if self.cancelled {
            return Err(OrderError::Cancelled);
        }
        let AddItem { sku, quantity, price, note, .. } = command;
        Ok(ItemAdded { sku, quantity, price, note })
    }

    /// Decides about a [`CancelOrder`].
    ///
    /// # Errors
    /// [`OrderError::Cancelled`].
    #[command_handler]
    pub fn cancel(&self, _: CancelOrder) -> Result<OrderCancelled, OrderError> {
        if self.cancelled { Err(OrderError::Cancelled) } else { Ok(OrderCancelled {}) }
    }

    /// Builds the first state.
    #[event_sourcing_handler]
    #[must_use]
    pub fn on_created(event: &OrderCreated) -> Self {
        Self {
            order_id: event.order_id.clone(),
            customer: event.customer.clone(),
            lines: 0,
            quantity: 0,
            cancelled: false,
        }
    }

    /// Takes an [`ItemAdded`] in.
    #[event_sourcing_handler]
    pub fn on_item_added(&mut self, event: &ItemAdded) {
        self.lines += 1;
        self.quantity += u64::from(event.quantity);
    }

    /// Takes an [`OrderCancelled`] in.
    #[event_sourcing_handler]
    pub fn on_cancelled(&mut self, _: &OrderCancelled) {
        self.cancelled = true;
    }
}

impl Order {
    /// How many lines the order has.
    #[must_use]
    pub fn lines(&self) -> u32 {
        self.lines
    }

    /// Who ordered.
    #[must_use]
    pub fn customer(&self) -> &str {
        &self.customer
    }
}

/// The id of the `number`-th order.
#[must_use]
pub fn order_id(number: u64) -> String {
    format!("order-{number:08}")
}

/// The command that creates an order.
#[must_use]
pub fn create(order_id: &str) -> CreateOrder {
    CreateOrder { order_id: order_id.to_owned(), customer: "customer-1234".to_owned() }
}

/// The command that adds an item.
#[must_use]
pub fn add_item(order_id: &str, line: u32) -> AddItem {
    AddItem {
        order_id: order_id.to_owned(),
        sku: format!("sku-{line:06}"),
        quantity: 3,
        price: "12.50".to_owned(),
        note: "abcdefghijklmnopqrstuvwxyz".to_owned(),
    }
}

/// The command that cancels an order.
#[must_use]
pub fn cancel(order_id: &str) -> CancelOrder {
    CancelOrder { order_id: order_id.to_owned() }
}
