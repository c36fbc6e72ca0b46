//! An order as it is, as it was, and how it came about.

use es_core::{
    aggregate::{LoadError, Replayed},
    prelude::*,
};
use serde_json::{Value, json};

use super::{
    Failure, Output, Shop, arguments,
    change::summary,
    table::{Side, table},
};
use crate::{
    money::pounds,
    order::{Order, OrderId},
};

pub(super) async fn show(shop: &Shop, show: &arguments::Show) -> Result<Output, Failure> {
    let (orders, id) = (shop.app.repository::<Order>(), OrderId(show.order.clone()));
    let loaded = match (show.at, show.as_of) {
        (Some(sequence), _) => at(&orders, &id, sequence).await?,
        (_, Some(moment)) => as_of(&orders, &id, moment).await?,
        _ => orders.load(&id).await?,
    };
    let (version, recorded_at) = (loaded.version.0, loaded.recorded_at);
    let mut text = format!(
        "order {}: {}\ncustomer {}, {}\nversion {version}, recorded at {recorded_at}",
        show.order,
        summary(&loaded),
        loaded.customer().unwrap_or("unknown"),
        loaded.country(),
    );
    if !loaded.items().is_empty() {
        text = format!("{text}\n\n{}", items(&loaded));
    }
    let json = json!({ "version": version, "recorded_at": recorded_at, "order": &*loaded });
    Ok(Output { text, json })
}

async fn at(
    orders: &ReadOnlyRepository<Order>,
    id: &OrderId,
    sequence: u64,
) -> Result<Replayed<Order>, Failure> {
    let loaded = orders.load_at(id, Sequence(sequence)).await?;
    let last = loaded.version.0;
    if last == sequence {
        return Ok(loaded);
    }
    let (id, count) = (&id.0, last + 1);
    let has = if count == 1 { "1 event".to_owned() } else { format!("{count} events") };
    let text = format!("order `{id}` has {has}, the last one is {last}; {sequence} was asked for");
    Err(Failure::Rejected(text))
}

async fn as_of(
    orders: &ReadOnlyRepository<Order>,
    id: &OrderId,
    moment: Timestamp,
) -> Result<Replayed<Order>, Failure> {
    match orders.load_as_of(id, moment).await {
        Err(LoadError::NotFound { .. }) => {}
        loaded => return Ok(loaded?),
    }
    // It says so itself if there is no such order at all.
    let first = orders.history(id)?.next().await?.map(|step| step.recorded.recorded_at);
    let since = first
        .map_or_else(String::new, |first| format!("; its first event was recorded at {first}"));
    Err(Failure::Rejected(format!("order `{}` did not exist yet at {moment}{since}", id.0)))
}

pub(super) async fn history(shop: &Shop, named: &arguments::Named) -> Result<Output, Failure> {
    let id = OrderId(named.order.clone());
    let mut history = shop.app.repository::<Order>().history(&id)?;
    let (mut rows, mut steps) = (Vec::new(), Vec::new());
    while let Some(step) = history.next().await? {
        let sequence = step.recorded.sequence().map(|sequence| sequence.0);
        let (name, recorded_at) = (step.recorded.name.to_string(), step.recorded.recorded_at);
        let payload: Value = serde_json::from_slice(&step.recorded.payload).unwrap_or_default();
        rows.push(vec![
            sequence.unwrap_or_default().to_string(),
            recorded_at.to_string(),
            name.clone(),
            summary(step.state),
        ]);
        steps.push(json!({
            "sequence": sequence,
            "recorded_at": recorded_at,
            "event": name,
            "payload": payload,
            "state": step.state,
        }));
    }
    let columns = [
        ("", Side::Right),
        ("recorded at", Side::Left),
        ("event", Side::Left),
        ("state after it", Side::Left),
    ];
    Ok(Output { text: table(&columns, &rows), json: Value::Array(steps) })
}

fn items(order: &Order) -> String {
    let columns = [
        ("line", Side::Right),
        ("product", Side::Left),
        ("description", Side::Left),
        ("quantity", Side::Right),
        ("price", Side::Right),
    ];
    let rows = order.items().iter().map(|(line, item)| {
        let (product, description) = (item.product.clone(), item.description.clone());
        let (quantity, price) = (item.quantity.to_string(), pounds(item.unit_price));
        vec![line.to_string(), product, description, quantity, price]
    });
    table(&columns, &rows.collect::<Vec<_>>())
}
