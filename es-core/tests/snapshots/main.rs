//! Stories of snapshots: when they are taken, when they are used, and that they change nothing.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    missing_docs,
    unreachable_pub
)]

mod domain;
mod durability;
mod gate;
mod ignored;
mod law;
#[path = "../common/logs/mod.rs"]
mod logs;
mod observed_log;
mod taken;
mod too_large;
mod units;
mod used;
mod warnings;

use std::sync::Arc;

use es_core::event::{StreamId, Tenant};
use es_core::prelude::*;
use es_core::store::{EventStore, Snapshot};

use domain::{Account, Audit};
use observed_log::ObservedLog;

/// An application on a log in memory that counts what is read.
pub async fn app() -> (App, Arc<ObservedLog>) {
    let log = Arc::new(ObservedLog::default());
    (app_on(&log).await, log)
}

/// Another application on the same log, in which nothing is live yet.
pub async fn app_on(log: &Arc<ObservedLog>) -> App {
    let log = Arc::clone(log) as Arc<dyn EventStore>;
    App::test().store(log).with::<(Account, Audit)>().start().await.unwrap()
}

/// The snapshot of account `a`.
pub async fn snapshot(log: &dyn EventStore) -> Option<Snapshot> {
    log.snapshot(&stream("Account", "a")).await.unwrap()
}

pub async fn sequence(log: &dyn EventStore) -> Option<u64> {
    snapshot(log).await.map(|snapshot| snapshot.sequence.0)
}

pub fn stream(aggregate: &str, id: &str) -> StreamId {
    StreamId::new(&Tenant::default(), aggregate, id).unwrap()
}

/// Polls a future until it waits for something.
pub async fn hand_over<F: Future + Unpin>(future: &mut F) {
    for _ in 0..8 {
        tokio::task::yield_now().await;
        let mut context = std::task::Context::from_waker(std::task::Waker::noop());
        let polled = std::pin::Pin::new(&mut *future).poll(&mut context);
        assert!(polled.is_pending(), "it was answered before it was durable");
    }
}
