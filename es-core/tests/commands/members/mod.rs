//! Entities inside an aggregate, with handlers of their own.

mod commands;
pub mod domain;
mod events;
mod messages;
mod outcomes;
mod states;

use es_core::prelude::*;

use domain::{Line, Order, PlaceOrder};

/// An order of these, each a line.
async fn order_of(skus: &[&str]) -> (App, CommandGateway) {
    let app = App::test().only::<Order>().start().await.unwrap();
    let commands = app.commands();
    let skus = skus.iter().map(|sku| (*sku).to_owned()).collect();
    commands.send(PlaceOrder { order: id(), skus }).await.unwrap();
    (app, commands)
}

fn id() -> String {
    "o".to_owned()
}

/// The order as its events tell it, which must be the one that commands have seen.
async fn order(app: &App) -> es_core::aggregate::Replayed<Order> {
    app.repository::<Order>().load(&id()).await.unwrap()
}

async fn line(app: &App, sku: &str) -> Line {
    let order = order(app).await;
    order.lines.iter().find(|line| line.sku == sku).unwrap().clone()
}
