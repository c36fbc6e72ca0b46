//! The bank: a service outside, injected into the handler that takes payments.

use es_core::{event::CommandId, future::BoxFuture};

use super::Receipt;
use crate::money::Money;

/// Charges customers.
pub trait Bank: Send + Sync {
    /// Charges an amount, once for each id: the same id again gives the same receipt.
    fn charge(&self, id: CommandId, amount: Money) -> BoxFuture<'_, Result<Receipt, BankError>>;
}

/// Why a charge came to nothing.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BankError {
    /// The customer's account does not allow it; asking again does not help.
    #[error("the bank declined the payment")]
    Declined,
    /// The bank could not be reached; asking again, under the same id, may help.
    #[error("the bank cannot be reached: {0}; try again")]
    Unreachable(String),
}

/// A bank that says yes to everything, for the order app.
#[derive(Debug, Default)]
pub struct HouseBank;

impl Bank for HouseBank {
    fn charge(&self, id: CommandId, amount: Money) -> BoxFuture<'_, Result<Receipt, BankError>> {
        Box::pin(async move { Ok(Receipt { number: format!("house-{id}"), amount }) })
    }
}
