use es_core::prelude::*;

use super::CustomerId;

/// Registers a customer under an e-mail address that nobody else has.
#[derive(Command, Debug, Clone, Serialize, Deserialize)]
pub struct RegisterCustomer {
    /// The new customer's number.
    #[target]
    pub customer_id: CustomerId,
    /// The customer's name.
    pub name: String,
    /// Where mail is to go, as somebody typed it.
    pub email: String,
}
