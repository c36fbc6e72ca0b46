use std::path::Path;
use std::time::{Duration, Instant};

use es_core::app::App;
use es_core::command::CommandGateway;
use tokio::task::JoinSet;

use crate::Failure;
use crate::order::{Order, add_item, create, order_id};

/// Callers that create the orders; more make no difference.
const CREATORS: u64 = 256;
/// How long stopping may take.
const PATIENCE: Duration = Duration::from_secs(10);

/// Makes a log at `path` with `orders` orders and one item, as es writes it.
pub(super) fn prepare(path: &Path, orders: u64) -> Result<(), Failure> {
    runtime()?.block_on(async {
        let app = start(path).await?;
        create_orders(&app, orders).await?;
        app.commands().send(add_item(&order_id(0), 1)).await?;
        Ok(app.shutdown(PATIENCE).await?)
    })
}

/// Makes a log at `path` with tables and nothing in them.
pub(crate) fn prepare_empty(path: &Path) -> Result<(), Failure> {
    runtime()?.block_on(async { Ok(start(path).await?.shutdown(PATIENCE).await?) })
}

/// Adds items to `orders` orders from `callers` tasks for `turn`; returns commands per second.
pub(super) fn turn(path: &Path, callers: u64, orders: u64, turn: Duration) -> Result<f64, Failure> {
    runtime()?.block_on(async {
        let app = start(path).await?;
        create_orders(&app, orders).await?;
        let start = Instant::now();
        let mut tasks = JoinSet::new();
        for caller in 0..callers {
            tasks.spawn(call(app.commands(), caller, orders, start + turn));
        }
        let mut done = 0;
        while let Some(task) = tasks.join_next().await {
            done += task??;
        }
        let per_second = done as f64 / start.elapsed().as_secs_f64();
        app.shutdown(PATIENCE).await?;
        Ok(per_second)
    })
}

/// One caller: sends the next command when the last one is durable, until `end`.
async fn call(
    commands: CommandGateway,
    caller: u64,
    orders: u64,
    end: Instant,
) -> Result<u64, Failure> {
    let mut done = 0;
    let mut order = caller;
    while Instant::now() < end {
        commands.send(add_item(&order_id(order % orders), 1)).await?;
        done += 1;
        order += 7919;
    }
    Ok(done)
}

async fn create_orders(app: &App, orders: u64) -> Result<(), Failure> {
    let mut tasks = JoinSet::new();
    for creator in 0..CREATORS {
        let commands = app.commands();
        tasks.spawn(async move {
            for order in (creator..orders).step_by(CREATORS as usize) {
                commands.send(create(&order_id(order))).await?;
            }
            Ok::<(), Failure>(())
        });
    }
    while let Some(task) = tasks.join_next().await {
        task??;
    }
    Ok(())
}

async fn start(path: &Path) -> Result<App, Failure> {
    let url = format!("sqlite:{}", path.display());
    Ok(App::builder().store(url).only::<Order>().start().await?)
}

fn runtime() -> std::io::Result<tokio::runtime::Runtime> {
    tokio::runtime::Builder::new_multi_thread().enable_all().build()
}
