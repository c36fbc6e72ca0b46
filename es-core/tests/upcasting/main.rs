//! Stories of events that change: what was stored by earlier programs is read as it is today.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    missing_docs,
    unreachable_pub
)]

mod aggregates;
mod boundaries;
mod filters;
mod law;
mod old_rows;
mod projections;
mod registry;
mod seats;
mod snapshots;
#[path = "../common/status.rs"]
mod status;
mod today;
mod unknown_events;

use es_core::prelude::*;
use es_core::store::MemoryLog;

use today::{Card, Customer};

/// Today's program on a log that earlier ones have written.
pub async fn app_on(log: &MemoryLog) -> App {
    App::test().store(log.clone()).only::<(Customer, Card)>().start().await.unwrap()
}

pub fn ada() -> String {
    "ada".to_owned()
}
