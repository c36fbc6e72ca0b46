use es_core::prelude::*;

use super::{CustomerId, CustomerName, CustomerRegistered, Email};

/// A customer, folded from its events.
#[aggregate]
#[derive(Debug, Serialize)]
pub struct Customer {
    #[aggregate_identifier]
    customer_id: CustomerId,
    name: CustomerName,
    email: Email,
}

#[aggregate]
impl Customer {
    #[event_sourcing_handler]
    fn on_registered(event: &CustomerRegistered) -> Self {
        Self {
            customer_id: event.customer_id.clone(),
            name: event.name.clone(),
            email: event.email.clone(),
        }
    }

    /// The customer's name.
    #[must_use]
    pub fn name(&self) -> &CustomerName {
        &self.name
    }

    /// Where mail goes.
    #[must_use]
    pub fn email(&self) -> &Email {
        &self.email
    }
}
