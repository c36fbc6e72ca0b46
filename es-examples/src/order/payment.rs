use serde::{Deserialize, Serialize};

use crate::money::Money;

/// Whether a confirmed order still has to be paid.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Payment {
    /// The customer owes the total.
    Due,
    /// It was paid elsewhere, like every imported order.
    Settled,
}

/// What a customer gets for a payment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Receipt {
    /// The bank's number of the payment.
    pub number: String,
    /// What was paid.
    pub amount: Money,
}
