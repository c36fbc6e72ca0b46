use es_core::prelude::*;

use super::{CustomerId, CustomerName, Email};

/// A customer was registered.
#[derive(Event, Debug, Clone, Serialize, Deserialize)]
pub struct CustomerRegistered {
    /// The customer.
    pub customer_id: CustomerId,
    /// The customer's name.
    pub name: CustomerName,
    /// Where mail goes; a tag, so that it is found across all customers.
    #[tag]
    pub email: Email,
}
