//! A command that concerns all customers at once.

use serde_json::json;

use super::{Failure, Output, Shop, arguments};
use crate::customer::{Customer, CustomerId, RegisterCustomer};

pub(super) async fn run(shop: &Shop, register: &arguments::Register) -> Result<Output, Failure> {
    let customer_id = CustomerId(register.customer.clone());
    let (name, email) = (register.name.clone(), register.email.clone());
    let command = RegisterCustomer { customer_id: customer_id.clone(), name, email };
    shop.app.commands().send(command).await?;
    let customer = shop.app.repository::<Customer>().load(&customer_id).await?;
    let text = format!("customer {customer_id}: {} <{}>", customer.name(), customer.email());
    Ok(Output { text, json: json!({ "version": customer.version.0, "customer": &*customer }) })
}
