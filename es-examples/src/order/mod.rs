//! Orders: opened, filled with items, confirmed, paid, shipped, or cancelled at some point.
//!
//! | command | refused when | stores nothing when |
//! |---|---|---|
//! | [`CreateOrder`] | the id is taken | – |
//! | [`AddItem`] | confirmed, cancelled, too large, the line is taken | the line is known |
//! | [`ConfirmOrder`] | empty, or cancelled before | confirmed before |
//! | [`PayOrder`] | not confirmed, or cancelled | paid before: the first receipt again |
//! | [`ShipOrder`] | not paid, or cancelled | shipped before |
//! | [`CancelOrder`] | shipped | cancelled before |
//!
//! What can be said twice without harm makes an import that was cut off, and is run again, right:
//! it does not lean on the log's memory of command ids, which forgets after a while.

mod aggregate;
mod bank;
mod command;
mod error;
mod event;
mod id;
mod payment;

pub use aggregate::{Order, OrderEvent, Status};
pub use bank::{Bank, BankError, HouseBank};
pub use command::{AddItem, CancelOrder, ConfirmOrder, CreateOrder, PayOrder, ShipOrder};
pub use error::OrderError;
pub use event::{
    ItemAdded, OrderCancelled, OrderConfirmed, OrderCreated, OrderPaid, OrderShipped, Sale,
};
pub use id::OrderId;
pub use payment::{Payment, Receipt};
