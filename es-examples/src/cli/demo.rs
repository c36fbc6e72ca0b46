//! The guided tour that `cargo run -p es-examples` gives.

use es_core::prelude::*;
use serde_json::json;

use super::{
    Failure, Output, Shop, arguments::Named, change::summary, inspect, list, output::say,
};
use crate::{
    item::Item,
    order::{
        AddItem, CancelOrder, ConfirmOrder, CreateOrder, Order, OrderId, PayOrder, Payment,
        ShipOrder,
    },
    read::{ListOrders, OrderSummary},
};

/// Plays two orders through and shows every part of the framework on the way.
pub(super) async fn run(shop: &Shop) -> Result<Output, Failure> {
    let earlier = demo_orders(shop).await?;
    let last = earlier.iter().filter_map(|order| number(&order.order_id)).max().unwrap_or(0);
    let (first, second) = (demo(last + 1), demo(last + 2));
    match earlier.len() {
        0 => say("this store is new; run the demo again and it will find what is stored now"),
        found => say(&format!("found {found} orders of earlier runs; going on with {}", first.0)),
    }
    play(shop, &first, &second).await?;

    say("\nthe read model, once it has caught up:");
    say(&list::orders(&demo_orders(shop).await?));

    say(&format!("\nthe history of {}, with the state after each event:", first.0));
    let history = inspect::history(shop, &Named { order: first.0.clone() }).await?;
    say(&history.text);

    time_travel(shop, &first).await?;
    let text = "\nnext: order --help, order history demo-1, order import FILE.csv".to_owned();
    Ok(Output { text, json: json!({ "orders": [first, second] }) })
}

async fn play(shop: &Shop, first: &OrderId, second: &OrderId) -> Result<(), Failure> {
    let commands = shop.app.commands();
    say(&format!("\nplace {}, fill and confirm it, pay and ship it:", first.0));
    commands.send(create(first, "Ann", "Norway")).await?;
    commands.send(item(first, "22423", "REGENCY CAKESTAND", 2, 1275)).await?;
    commands.send(item(first, "85123A", "T-LIGHT HOLDER", 6, 255)).await?;
    let order_id = first.clone();
    commands.send(ConfirmOrder { order_id, payment: Payment::Due }).await?;
    let receipt = commands.send(PayOrder { order_id: first.clone() }).await?;
    commands.send(ShipOrder { order_id: first.clone() }).await?;
    say(&format!("  the bank's receipt: {}", receipt.number));

    say(&format!("place {} and cancel it:", second.0));
    commands.send(create(second, "Bob", "EIRE")).await?;
    commands.send(item(second, "22720", "CAKE TINS", 3, 495)).await?;
    let order_id = second.clone();
    commands.send(ConfirmOrder { order_id, payment: Payment::Due }).await?;
    commands.send(CancelOrder { order_id: second.clone() }).await?;
    commands.send(CancelOrder { order_id: second.clone() }).await?;
    say("  cancelled; cancelling it once more stores nothing");

    say(&format!("cancel {}, which is on its way:", first.0));
    match commands.send(CancelOrder { order_id: first.clone() }).await {
        Ok(()) => Err(Failure::Fault("a shipped order was cancelled".to_owned())),
        Err(error) if error.rejection().is_some() => {
            say(&format!("  rejected: {error}"));
            Ok(())
        }
        Err(error) => Err(error.into()),
    }
}

async fn time_travel(shop: &Shop, order: &OrderId) -> Result<(), Failure> {
    let orders = shop.app.repository::<Order>();
    let third = orders.load_at(order, Sequence(2)).await?;
    let moment = third.recorded_at;
    say(&format!("\n{} as of {moment}:\n  {}", order.0, {
        let then = orders.load_as_of(order, moment).await?;
        summary(&then)
    }));
    say(&format!("{} now:\n  {}", order.0, summary(&*orders.load(order).await?)));
    Ok(())
}

async fn demo_orders(shop: &Shop) -> Result<Vec<OrderSummary>, Failure> {
    let all = shop.ask::<OrderSummary, _>(ListOrders { status: None, limit: usize::MAX }).await?;
    let mut orders = all.orders;
    orders.retain(|order| number(&order.order_id).is_some());
    orders.sort_by_key(|order| number(&order.order_id));
    Ok(orders)
}

fn number(id: &OrderId) -> Option<u64> {
    id.0.strip_prefix("demo-")?.parse().ok()
}

fn demo(number: u64) -> OrderId {
    OrderId(format!("demo-{number}"))
}

fn create(order_id: &OrderId, customer: &str, country: &str) -> CreateOrder {
    CreateOrder {
        order_id: order_id.clone(),
        customer: Some(customer.to_owned()),
        country: country.to_owned(),
        placed_at: jiff::Timestamp::now().into(),
    }
}

fn item(order_id: &OrderId, product: &str, name: &str, quantity: u32, pence: i64) -> AddItem {
    let item = Item {
        product: product.to_owned(),
        description: name.to_owned(),
        quantity,
        unit_price: rust_decimal::Decimal::new(pence, 2),
    };
    AddItem { order_id: order_id.clone(), line: None, item }
}
