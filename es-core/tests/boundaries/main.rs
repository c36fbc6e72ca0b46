//! Stories of consistency boundaries: decisions on events that several streams share.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    missing_docs,
    unreachable_pub
)]

mod decisions;
mod domain;
mod log;
#[path = "../common/logs/mod.rs"]
mod logs;
mod races;
mod start;
mod tags;

use std::sync::Arc;

use es_core::prelude::*;
use es_core::store::EventStore;

use domain::*;
use log::MeddledLog;

type Handlers = (take_seat, give_back, look);

async fn app() -> App {
    App::test().only::<Handlers>().start().await.unwrap()
}

async fn app_on(log: &Arc<MeddledLog>) -> App {
    let store = Arc::clone(log) as Arc<dyn EventStore>;
    App::builder().store(store).only::<Handlers>().start().await.unwrap()
}

fn seat(course: &str, student: impl ToString) -> TakeSeat {
    TakeSeat { course: course.to_owned(), student: student.to_string() }
}
