use es_core::prelude::*;

use super::{CustomerId, CustomerName, Email};

/// Registers a customer under an e-mail address that nobody else has.
#[derive(Command, Debug, Clone, Serialize, Deserialize)]
pub struct RegisterCustomer {
    /// The new customer's number.
    #[target]
    pub customer_id: CustomerId,
    /// The customer's name.
    pub name: CustomerName,
    /// Where mail is to go.
    pub email: Email,
}
