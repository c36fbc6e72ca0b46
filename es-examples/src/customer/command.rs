use es_core::prelude::*;

use super::{CustomerId, CustomerName, Email};
use crate::said;

/// Registers a customer under an e-mail address that nobody else has.
#[derive(Command, Debug, Clone, Serialize, Deserialize)]
pub struct RegisterCustomer {
    /// The new customer's number.
    #[target]
    pub customer_id: CustomerId,
    /// The customer's name.
    #[serde(deserialize_with = "said::text")]
    pub name: CustomerName,
    /// Where mail is to go.
    #[serde(deserialize_with = "said::text")]
    pub email: Email,
}
