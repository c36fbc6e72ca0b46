//! es-bench's order domain, written by hand as cqrs-es asks.

use cqrs_es::event_sink::EventSink;
use cqrs_es::{Aggregate, DomainEvent};
use serde::{Deserialize, Serialize};

#[derive(Debug, Serialize, Deserialize)]
pub enum OrderCommand {
    Create { customer: String },
    AddItem { sku: String, quantity: u32, price: String, note: String },
    Cancel,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum OrderEvent {
    Created { customer: String },
    ItemAdded { sku: String, quantity: u32, price: String, note: String },
    Cancelled,
}

impl DomainEvent for OrderEvent {
    fn event_type(&self) -> String {
        match self {
            Self::Created { .. } => "OrderCreated".to_owned(),
            Self::ItemAdded { .. } => "ItemAdded".to_owned(),
            Self::Cancelled => "OrderCancelled".to_owned(),
        }
    }

    fn event_version(&self) -> String {
        "1".to_owned()
    }
}

#[derive(Debug, thiserror::Error)]
pub enum OrderError {
    #[error("the order exists already")]
    Exists,
    #[error("there is no such order")]
    Missing,
    #[error("the order is cancelled")]
    Cancelled,
}

#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Order {
    customer: Option<String>,
    lines: u32,
    quantity: u64,
    cancelled: bool,
}

impl Aggregate for Order {
    const TYPE: &'static str = "Order";
    type Command = OrderCommand;
    type Event = OrderEvent;
    type Error = OrderError;
    type Services = ();

    async fn handle(
        &mut self,
        command: OrderCommand,
        (): &(),
        sink: &EventSink<Self>,
    ) -> Result<(), OrderError> {
        match command {
            OrderCommand::Create { .. } if self.customer.is_some() => Err(OrderError::Exists),
            OrderCommand::Create { customer } => {
                sink.write(OrderEvent::Created { customer }, self).await;
                Ok(())
            }
            _ if self.customer.is_none() => Err(OrderError::Missing),
            _ if self.cancelled => Err(OrderError::Cancelled),
            OrderCommand::AddItem { sku, quantity, price, note } => {
                sink.write(OrderEvent::ItemAdded { sku, quantity, price, note }, self).await;
                Ok(())
            }
            OrderCommand::Cancel => {
                sink.write(OrderEvent::Cancelled, self).await;
                Ok(())
            }
        }
    }

    fn apply(&mut self, event: OrderEvent) {
        match event {
            OrderEvent::Created { customer } => self.customer = Some(customer),
            OrderEvent::ItemAdded { quantity, .. } => {
                self.lines += 1;
                self.quantity += u64::from(quantity);
            }
            OrderEvent::Cancelled => self.cancelled = true,
        }
    }
}

/// The command that creates an order.
pub fn create() -> OrderCommand {
    OrderCommand::Create { customer: "customer-1234".to_owned() }
}

/// The command that adds an item; as an event it is some 100 bytes of JSON.
pub fn add_item(line: u32) -> OrderCommand {
    OrderCommand::AddItem {
        sku: format!("sku-{line:06}"),
        quantity: 3,
        price: "12.50".to_owned(),
        note: "abcdefghijklmnopqrstuvwxyz".to_owned(),
    }
}
