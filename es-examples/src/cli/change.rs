//! Commands that change an order.

use serde_json::json;

use super::{Failure, Output, Shop, arguments, paper::Paper};
use crate::{
    item::Item,
    order::{
        AddItem, CancelOrder, ConfirmOrder, CreateOrder, Order, OrderId, PayOrder, Payment,
        ShipOrder,
    },
};

pub(super) async fn place(shop: &Shop, place: &arguments::Place) -> Result<Output, Failure> {
    let order_id = OrderId(place.order.clone());
    let (customer, country) = (place.customer.clone(), place.country.clone());
    let placed_at = jiff::Timestamp::now().into();
    let create = CreateOrder { order_id, customer, country, placed_at };
    shop.app.commands().send(create).await?;
    state(shop, &place.order).await
}

pub(super) async fn add_item(shop: &Shop, add: &arguments::AddItem) -> Result<Output, Failure> {
    let item = Item {
        product: add.product.clone(),
        description: add.description.clone(),
        quantity: add.quantity,
        unit_price: add.price,
    };
    let command = AddItem { order_id: OrderId(add.order.clone()), line: add.line, item };
    shop.app.commands().send(command).await?;
    state(shop, &add.order).await
}

pub(super) async fn confirm(shop: &Shop, named: &arguments::Named) -> Result<Output, Failure> {
    let (order_id, payment) = (OrderId(named.order.clone()), Payment::Due);
    shop.app.commands().send(ConfirmOrder { order_id, payment }).await?;
    state(shop, &named.order).await
}

pub(super) async fn pay(shop: &Shop, named: &arguments::Named) -> Result<Output, Failure> {
    let order_id = OrderId(named.order.clone());
    let receipt = shop.app.commands().send(PayOrder { order_id }).await?;
    let output = state(shop, &named.order).await?;
    let text = format!("{}, receipt {}", output.text, receipt.number);
    Ok(Output { text, ..output })
}

pub(super) async fn ship(shop: &Shop, named: &arguments::Named) -> Result<Output, Failure> {
    shop.app.commands().send(ShipOrder { order_id: OrderId(named.order.clone()) }).await?;
    state(shop, &named.order).await
}

pub(super) async fn cancel(shop: &Shop, named: &arguments::Named) -> Result<Output, Failure> {
    shop.app.commands().send(CancelOrder { order_id: OrderId(named.order.clone()) }).await?;
    state(shop, &named.order).await
}

/// Reads back from the log what the order is now.
async fn state(shop: &Shop, order: &str) -> Result<Output, Failure> {
    let loaded = shop.app.repository::<Order>().load(&OrderId::from(order)).await?;
    let json = json!({ "version": loaded.version.0, "order": &*loaded });
    Ok(Output { text: format!("order {order}: {}", loaded.summary()), json })
}
