//! Durable commands on sqlite-es, flushed at every commit.

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use cqrs_es::AggregateError;
use sqlite_es::{SqliteCqrs, sqlite_cqrs};
use sqlx::sqlite::{
    SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous,
};

use crate::order::{Order, OrderError, add_item, create};
use crate::{Failure, report};

/// The table of sqlite-es's own migration.
const EVENTS_TABLE: &str = "CREATE TABLE IF NOT EXISTS events (
    aggregate_type text NOT NULL,
    aggregate_id text NOT NULL,
    sequence integer CHECK (sequence >= 0) NOT NULL,
    event_type text NOT NULL,
    event_version text NOT NULL,
    payload text NOT NULL,
    metadata text NOT NULL,
    PRIMARY KEY (aggregate_type, aggregate_id, sequence)
) STRICT";

/// Adds items to `orders` orders from `callers` tasks for `duration`.
///
/// Reports commands per second and how many lost a race and were sent again.
pub fn run(path: &Path, callers: u64, orders: u64, duration: Duration) -> Result<(), Failure> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async {
        let framework = Arc::new(sqlite_cqrs::<Order>(open(path).await?, Vec::new(), ()));
        for order in 0..orders {
            framework.execute(&id(order), create()).await?;
        }
        let start = Instant::now();
        let tasks: Vec<_> = (0..callers)
            .map(|caller| {
                let framework = Arc::clone(&framework);
                tokio::spawn(
                    async move { call(&framework, caller, orders, start + duration).await },
                )
            })
            .collect();
        let (mut done, mut again) = (0, 0);
        for task in tasks {
            let (caller_done, caller_again) = task.await??;
            done += caller_done;
            again += caller_again;
        }
        report("commands_per_second", done as f64 / start.elapsed().as_secs_f64());
        report("sent_again", again);
        Ok(())
    })
}

async fn open(path: &Path) -> Result<SqlitePool, Failure> {
    // As sqlite-es's `default_sqlite_pool`, but with FULL: NORMAL loses acknowledged commits.
    let options = SqliteConnectOptions::new()
        .filename(path)
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .foreign_keys(true);
    let pool = SqlitePoolOptions::new().max_connections(10).connect_with(options).await?;
    sqlx::query(EVENTS_TABLE).execute(&pool).await?;
    Ok(pool)
}

/// One caller: adds items until `end`; a command that lost a race is sent again.
async fn call(
    framework: &SqliteCqrs<Order>,
    caller: u64,
    orders: u64,
    end: Instant,
) -> Result<(u64, u64), Failure> {
    let (mut done, mut again) = (0, 0);
    let mut order = caller;
    while Instant::now() < end {
        match framework.execute(&id(order % orders), add_item(1)).await {
            Ok(()) => done += 1,
            Err(AggregateError::UserError(error)) => return Err(Box::<OrderError>::new(error)),
            Err(_) => again += 1,
        }
        order += 7919;
    }
    Ok((done, again))
}

fn id(order: u64) -> String {
    format!("order-{order:08}")
}
