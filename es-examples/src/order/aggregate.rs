use std::collections::BTreeMap;

use es_core::prelude::*;

use super::{
    AddItem, Bank, BankError, CancelOrder, ConfirmOrder, CreateOrder, ItemAdded, OrderCancelled,
    OrderConfirmed, OrderCreated, OrderError, OrderId, OrderPaid, OrderShipped, PayOrder, Payment,
    Receipt, Sale, ShipOrder,
};
use crate::{country::Country, customer::CustomerName, item::Item, money::Money};

/// How far an order has come.
#[derive(ViewKey, Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    /// Items can be added.
    Open,
    /// The items are fixed, the payment is due.
    Confirmed,
    /// Ready to be shipped.
    Paid,
    /// On its way.
    Shipped,
    /// Called off.
    Cancelled,
}

impl Status {
    /// Returns the status in one word.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Confirmed => "confirmed",
            Self::Paid => "paid",
            Self::Shipped => "shipped",
            Self::Cancelled => "cancelled",
        }
    }
}

/// An order, folded from its events.
#[aggregate]
#[derive(Debug, Serialize)]
pub struct Order {
    #[aggregate_identifier]
    order_id: OrderId,
    status: Status,
    customer: Option<CustomerName>,
    country: Country,
    placed_at: Timestamp,
    items: BTreeMap<u32, Item>,
    total: Money,
    confirmed: bool,
    receipt: Option<Receipt>,
}

#[aggregate]
impl Order {
    #[command_handler]
    fn create(command: CreateOrder) -> OrderCreated {
        let CreateOrder { order_id, customer, country, placed_at } = command;
        OrderCreated { order_id, customer, country, placed_at }
    }

    #[command_handler]
    fn add_item(&self, command: AddItem) -> Result<Option<ItemAdded>, OrderError> {
        // Before every other rule: whoever repeats what is done already is not refused for it.
        if let Some((line, item)) = command.line.and_then(|line| self.items.get_key_value(&line)) {
            let is_repeated = *item == command.item;
            return if is_repeated { Ok(None) } else { Err(OrderError::AnotherItem(*line)) };
        }
        match self.status {
            Status::Open => {}
            Status::Cancelled => return Err(OrderError::Cancelled),
            _ => return Err(OrderError::AlreadyConfirmed),
        }
        command.item.added_to(self.total)?;
        let line = command.line.or_else(|| self.next_line()).ok_or(OrderError::TooManyLines)?;
        Ok(Some(ItemAdded { order_id: command.order_id, line, item: command.item }))
    }

    #[command_handler]
    fn confirm(&self, command: ConfirmOrder) -> Result<Option<OrderConfirmed>, OrderError> {
        let ConfirmOrder { order_id, payment } = command;
        match self.status {
            _ if self.confirmed => Ok(None),
            Status::Cancelled => Err(OrderError::Cancelled),
            _ if self.items.is_empty() => Err(OrderError::Empty),
            _ => Ok(Some(OrderConfirmed { order_id, payment, sale: self.sale() })),
        }
    }

    /// Charges the bank and applies the event itself, because it answers with the receipt. The
    /// command's id goes along: sent again, the customer is not charged twice.
    #[command_handler]
    async fn pay(
        order: &mut Root<Self>,
        command: PayOrder,
        id: CommandId,
        bank: Inject<dyn Bank>,
    ) -> Result<Receipt, HandlerError<OrderError>> {
        match (order.status, &order.receipt) {
            (Status::Cancelled, _) => return Err(OrderError::Cancelled.into()),
            (Status::Open, _) => return Err(OrderError::NotConfirmed.into()),
            (_, Some(receipt)) => return Ok(receipt.clone()),
            (_, None) => {}
        }
        let charged = bank.charge(id, order.total).await;
        let receipt = match charged {
            Ok(receipt) => receipt,
            Err(BankError::Declined) => return Err(OrderError::Declined.into()),
            // A bank that cannot be reached is a fault, not an answer of the domain.
            Err(outage) => return Err(Fault::from(outage).into()),
        };
        let Receipt { number, amount } = receipt.clone();
        order.apply(OrderPaid { order_id: command.order_id, receipt: number, amount });
        Ok(receipt)
    }

    #[command_handler]
    fn ship(&self, command: ShipOrder) -> Result<Option<OrderShipped>, OrderError> {
        match self.status {
            Status::Paid => Ok(Some(OrderShipped { order_id: command.order_id })),
            Status::Shipped => Ok(None),
            Status::Cancelled => Err(OrderError::Cancelled),
            Status::Open | Status::Confirmed => Err(OrderError::NotPaid),
        }
    }

    #[command_handler]
    fn cancel(&self, command: CancelOrder) -> Result<Option<OrderCancelled>, OrderError> {
        match self.status {
            Status::Shipped => Err(OrderError::Shipped),
            Status::Cancelled => Ok(None),
            Status::Open | Status::Confirmed | Status::Paid => Ok(Some(OrderCancelled {
                order_id: command.order_id,
                sale: self.sale(),
                was_confirmed: self.confirmed,
            })),
        }
    }

    #[event_sourcing_handler]
    fn on_created(event: &OrderCreated) -> Self {
        Self {
            order_id: event.order_id.clone(),
            status: Status::Open,
            customer: event.customer.clone(),
            country: event.country.clone(),
            placed_at: event.placed_at,
            items: BTreeMap::new(),
            total: Money::ZERO,
            confirmed: false,
            receipt: None,
        }
    }

    #[event_sourcing_handler]
    fn on_item_added(&mut self, event: &ItemAdded) {
        self.total += event.item.amount();
        self.items.insert(event.line, event.item.clone());
    }

    #[event_sourcing_handler]
    fn on_confirmed(&mut self, event: &OrderConfirmed) {
        self.confirmed = true;
        self.status = match event.payment {
            Payment::Due => Status::Confirmed,
            Payment::Settled => Status::Paid,
        };
        if event.payment == Payment::Settled {
            self.receipt = Some(Receipt { number: "settled".to_owned(), amount: self.total });
        }
    }

    #[event_sourcing_handler]
    fn on_paid(&mut self, event: &OrderPaid) {
        self.status = Status::Paid;
        self.receipt = Some(Receipt { number: event.receipt.clone(), amount: event.amount });
    }

    #[event_sourcing_handler]
    fn on_shipped(&mut self, _: &OrderShipped) {
        self.status = Status::Shipped;
    }

    #[event_sourcing_handler]
    fn on_cancelled(&mut self, _: &OrderCancelled) {
        self.status = Status::Cancelled;
    }
}

impl Order {
    /// Returns how far the order has come.
    #[must_use]
    pub fn status(&self) -> Status {
        self.status
    }

    /// Returns the items by line number.
    #[must_use]
    pub fn items(&self) -> &BTreeMap<u32, Item> {
        &self.items
    }

    /// Returns what the items are worth together.
    #[must_use]
    pub fn total(&self) -> Money {
        self.total
    }

    /// Returns who ordered, where that is known.
    #[must_use]
    pub fn customer(&self) -> Option<&CustomerName> {
        self.customer.as_ref()
    }

    /// Returns where the customer lives.
    #[must_use]
    pub fn country(&self) -> &Country {
        &self.country
    }

    /// Returns when the order was placed.
    #[must_use]
    pub fn placed_at(&self) -> Timestamp {
        self.placed_at
    }

    /// The one after the last or, where that is the last that there can be, the lowest free one.
    fn next_line(&self) -> Option<u32> {
        let next = self.items.last_key_value().map_or(Some(1), |(last, _)| last.checked_add(1));
        next.or_else(|| (1..=u32::MAX).find(|line| !self.items.contains_key(line)))
    }

    fn sale(&self) -> Sale {
        Sale {
            customer: self.customer.clone(),
            country: self.country.clone(),
            placed_at: self.placed_at,
            lines: u32::try_from(self.items.len()).unwrap_or(u32::MAX),
            total: self.total,
        }
    }
}
