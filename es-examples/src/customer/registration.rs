use es_core::prelude::*;

use super::{Customer, CustomerError, CustomerId, CustomerRegistered, RegisterCustomer};

/// Whether somebody has an e-mail address.
#[derive(Debug, Default)]
pub struct EmailInUse {
    by: Option<CustomerId>,
}

#[boundary]
impl EmailInUse {
    /// Events that name the address. Only those that are folded below count, and if one of them is
    /// stored between the decision and its own event, the registration is decided again.
    #[criteria]
    fn for_registration(command: &RegisterCustomer) -> Criteria {
        Criteria::tag("email", &command.email)
    }

    #[event_sourcing_handler]
    fn on_registered(&mut self, event: &CustomerRegistered) {
        self.by = Some(event.customer_id.clone());
    }
}

/// Registers a customer, unless the address is taken. A known number is `AlreadyExists`.
///
/// # Errors
/// Somebody else has the address.
#[command_handler]
pub fn register(
    command: RegisterCustomer,
    in_use: &Boundary<EmailInUse>,
    customers: Repository<Customer>,
) -> Result<(), HandlerError<CustomerError>> {
    let RegisterCustomer { customer_id, name, email } = command;
    if in_use.by.as_ref().is_some_and(|owner| *owner != customer_id) {
        return Err(CustomerError::EmailInUse { email }.into());
    }
    customers.create(&customer_id.clone(), CustomerRegistered { customer_id, name, email })?;
    Ok(())
}
