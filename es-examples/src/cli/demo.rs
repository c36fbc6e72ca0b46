//! The guided tour that `cargo run -p es-examples` gives.

use std::{fmt::Display, str::FromStr};

use es_core::{command::CommandError, prelude::*};
use serde_json::json;

use super::{Failure, Output, Shop, inspect, list, paper::Paper};
use crate::{
    item::Item,
    order::{
        AddItem, CancelOrder, ConfirmOrder, CreateOrder, Order, OrderError, OrderId, PayOrder,
        Payment, ShipOrder,
    },
    read::{ListOrders, OrderSummary},
};

/// Plays two orders through and shows every part of the framework on the way.
pub(super) async fn run(shop: &Shop) -> Result<Output, Failure> {
    let earlier = demo_orders(shop).await?;
    let last = earlier.iter().filter_map(|order| number(&order.order_id)).max().unwrap_or(0);
    let (first, second) = (demo(last + 1), demo(last + 2));
    let mut story = Story(match earlier.len() {
        0 => "this store is new; run the demo again and it will find what is stored now".to_owned(),
        found => format!("found {found} orders of earlier runs, going on with {}", first.0),
    });
    accept(shop, &mut story, &first).await?;
    call_off(shop, &mut story, &second).await?;
    refuse(shop, &mut story, &first).await?;

    story.tell("\nthe read model, once it has caught up:");
    story.tell(list::orders(&demo_orders(shop).await?));
    story.tell(format!("\nthe history of {}, with the state after each event:", first.0));
    story.tell(inspect::history(shop, &first.0).await?.text);
    travel(shop, &mut story, &first).await?;
    story.tell("\nnext: cargo run -p es-examples -- --help");
    Ok(Output { text: story.0, json: json!({ "orders": [first, second] }) })
}

/// What the demo has to say, line by line.
struct Story(String);

impl Story {
    fn tell(&mut self, line: impl AsRef<str>) {
        self.0 += "\n";
        self.0 += line.as_ref();
    }
}

async fn accept(shop: &Shop, story: &mut Story, order: &OrderId) -> Result<(), Failure> {
    let commands = shop.app.commands();
    story.tell(format!("\nplace {}, fill and confirm it, pay and ship it:", order.0));
    place(shop, create(order, "Ann", "Norway")?).await?;
    commands.send(item(order, ["22423", "REGENCY CAKESTAND", "2", "12.75"])?).await?;
    commands.send(item(order, ["85123A", "T-LIGHT HOLDER", "6", "2.55"])?).await?;
    commands.send(ConfirmOrder { order_id: order.clone(), payment: Payment::Due }).await?;
    let receipt = commands.send(PayOrder { order_id: order.clone() }).await?;
    commands.send(ShipOrder { order_id: order.clone() }).await?;
    story.tell(format!("  the bank's receipt: {}", receipt.number));
    Ok(())
}

/// Places an order under a number that was free a moment ago.
async fn place(shop: &Shop, order: CreateOrder) -> Result<(), Failure> {
    let number = order.order_id.clone();
    shop.app.commands().send(order).await.map_err(|error| match error {
        CommandError::AlreadyExists { .. } => Failure::Fault(format!(
            "another demo has placed `{}` at the same time; run the demo again",
            number.0
        )),
        error => error.into(),
    })
}

async fn call_off(shop: &Shop, story: &mut Story, order: &OrderId) -> Result<(), Failure> {
    let commands = shop.app.commands();
    story.tell(format!("place {}, confirm it and cancel it:", order.0));
    place(shop, create(order, "Bob", "EIRE")?).await?;
    commands.send(item(order, ["22720", "CAKE TINS", "3", "4.95"])?).await?;
    commands.send(ConfirmOrder { order_id: order.clone(), payment: Payment::Due }).await?;
    commands.send(CancelOrder { order_id: order.clone() }).await?;
    commands.send(CancelOrder { order_id: order.clone() }).await?;
    story.tell("  cancelled; cancelling it once more stores nothing");
    Ok(())
}

async fn refuse(shop: &Shop, story: &mut Story, shipped: &OrderId) -> Result<(), Failure> {
    story.tell(format!("cancel {}, which is on its way:", shipped.0));
    match shop.app.commands().send(CancelOrder { order_id: shipped.clone() }).await {
        Ok(()) => Err(Failure::Fault("a shipped order was cancelled".to_owned())),
        Err(error) if error.rejection() == Some(&OrderError::Shipped) => {
            story.tell(format!("  rejected: {error}"));
            Ok(())
        }
        Err(error) => Err(error.into()),
    }
}

async fn travel(shop: &Shop, story: &mut Story, order: &OrderId) -> Result<(), Failure> {
    let orders = shop.app.repository::<Order>();
    let moment = orders.load_at(order, Sequence(1)).await?.recorded_at;
    let then = orders.load_as_of(order, moment).await?;
    story.tell(format!("\n{} as of {moment}:\n  {}", order.0, then.summary()));
    let now = orders.load(order).await?;
    story.tell(format!("{} now:\n  {}", order.0, now.summary()));
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

fn create(order_id: &OrderId, customer: &str, country: &str) -> Result<CreateOrder, Failure> {
    let (order_id, placed_at) = (order_id.clone(), jiff::Timestamp::now().into());
    Ok(CreateOrder {
        order_id,
        customer: Some(typed(customer)?),
        country: typed(country)?,
        placed_at,
    })
}

/// An item as somebody would type it: product, name, quantity and price.
fn item(
    order_id: &OrderId,
    [product, name, quantity, price]: [&str; 4],
) -> Result<AddItem, Failure> {
    let item = Item {
        product: typed(product)?,
        description: typed(name)?,
        quantity: typed(quantity)?,
        unit_price: typed(price)?,
    };
    Ok(AddItem { order_id: order_id.clone(), line: None, item })
}

fn typed<T: FromStr<Err: Display>>(text: &str) -> Result<T, Failure> {
    text.parse().map_err(|error: T::Err| Failure::Usage(error.to_string()))
}
