//! The limits: decode with `serde_json` and fold, as a careful programmer would by hand.

use std::hint::black_box;

use crate::Failure;
use crate::order::{ItemAdded, Order, OrderCancelled, OrderCreated, add_item, create};

/// A stored event: its name and its payload.
pub(super) type Payload = (&'static str, Vec<u8>);

/// Makes the events of an order that was created and got items, `length` in all.
pub(super) fn payloads(length: u64) -> Result<Vec<Payload>, Failure> {
    let id = super::framework::order_of(length);
    let created = Order::create(create(&id));
    let order = Order::on_created(&created);
    let mut payloads = vec![("OrderCreated", serde_json::to_vec(&created)?)];
    for _ in 1..length {
        let added = order.add_item(add_item(&id, 1))?;
        payloads.push(("ItemAdded", serde_json::to_vec(&added)?));
    }
    Ok(payloads)
}

/// Restores an order from payloads in memory; returns how many lines it has.
pub(super) fn load(payloads: &[Payload]) -> Result<u64, Failure> {
    let mut order = None;
    for (name, payload) in payloads {
        fold(&mut order, black_box(name), payload)?;
    }
    lines(order)
}

/// Folds one stored event into an order.
pub(super) fn fold(order: &mut Option<Order>, name: &str, payload: &[u8]) -> Result<(), Failure> {
    if name == "OrderCreated" {
        *order = Some(Order::on_created(&serde_json::from_slice::<OrderCreated>(payload)?));
        return Ok(());
    }
    let order = order.as_mut().ok_or("the order was not created")?;
    match name {
        "ItemAdded" => order.on_item_added(&serde_json::from_slice::<ItemAdded>(payload)?),
        "OrderCancelled" => {
            order.on_cancelled(&serde_json::from_slice::<OrderCancelled>(payload)?);
        }
        _ => return Err(format!("unknown event `{name}`").into()),
    }
    Ok(())
}

/// How many lines a restored order has.
pub(super) fn lines(order: Option<Order>) -> Result<u64, Failure> {
    Ok(u64::from(order.ok_or("the order was not created")?.lines()))
}
