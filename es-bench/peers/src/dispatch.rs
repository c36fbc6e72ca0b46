//! Commands in memory: create, ten items, cancel, on one order after the other.

use std::time::Duration;

use cqrs_es::mem_store::MemStore;
use cqrs_es::persist::PersistedEventStore;
use cqrs_es::{CqrsFramework, EventStore};

use crate::json_rows::JsonRows;
use crate::order::{Order, OrderCommand, add_item, create};
use crate::own_time::OwnTime;
use crate::{Failure, report};

/// Commands sent to one order.
pub const COMMANDS_PER_ORDER: u64 = 12;
/// Orders after which a store is replaced by an empty one, as in es-bench.
const ORDERS_PER_STORE: u64 = 1_000;

/// Runs orders on the in-memory store of cqrs-es, which keeps clones of the events.
pub fn mem_store() -> CqrsFramework<Order, MemStore<Order>> {
    CqrsFramework::new(MemStore::default(), Vec::new(), ())
}

/// Runs orders on rows of JSON text in memory.
pub fn json_rows() -> CqrsFramework<Order, PersistedEventStore<JsonRows, Order>> {
    let store = PersistedEventStore::new_event_store(JsonRows::default());
    CqrsFramework::new(store, Vec::new(), ())
}

/// Sends the commands of one order.
pub async fn run_order<S: EventStore<Order>>(
    framework: &CqrsFramework<Order, S>,
    number: u64,
) -> Result<(), Failure> {
    let id = format!("order-{number:08}");
    framework.execute(&id, create()).await?;
    for line in 0..10 {
        framework.execute(&id, add_item(line)).await?;
    }
    framework.execute(&id, OrderCommand::Cancel).await?;
    Ok(())
}

/// Sends orders for `duration` and reports commands per second of processor time.
///
/// `begin` gives a framework with an empty store, which is done after 1 000 orders.
pub fn run<S: EventStore<Order>>(
    begin: impl Fn() -> CqrsFramework<Order, S>,
    duration: Duration,
) -> Result<(), Failure> {
    let runtime = tokio::runtime::Builder::new_current_thread().build()?;
    let time = OwnTime::start();
    let mut orders = 0;
    while time.wall() < duration {
        let framework = begin();
        runtime.block_on(async {
            for number in 0..ORDERS_PER_STORE {
                run_order(&framework, number).await?;
            }
            Ok::<(), Failure>(())
        })?;
        orders += ORDERS_PER_STORE;
    }
    report("commands_per_second", (orders * COMMANDS_PER_ORDER) as f64 / time.seconds());
    Ok(())
}
