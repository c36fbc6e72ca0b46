//! Customers: each has an e-mail address that no other has.
//!
//! "No other" is a rule over many streams, which no aggregate can keep. It is a boundary of the
//! registration, which is a free command handler that creates the customer.

mod aggregate;
mod command;
mod email;
mod error;
mod event;
mod id;
mod name;
mod registration;

pub use aggregate::{Customer, CustomerEvent};
pub use command::RegisterCustomer;
pub use email::{Email, InvalidEmail};
pub use error::CustomerError;
pub use event::CustomerRegistered;
pub use id::CustomerId;
pub use name::CustomerName;
pub use registration::{EmailInUse, register};
