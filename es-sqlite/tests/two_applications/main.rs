//! Two applications on one file, in one process or in two: every answer is true of the one log.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    missing_docs,
    unreachable_pub
)]

mod contended;
mod domain;
mod killed;
mod one_id;
mod stale;

use std::path::Path;
use std::time::Duration;

use es_core::command::CommandError;
use es_core::prelude::*;
use es_sqlite as _;

use domain::*;

async fn start(folder: &Path) -> App {
    let url = format!("sqlite:{}", folder.join("stock.db").display());
    App::builder().store(url.as_str()).only::<Stock>().start().await.unwrap()
}

async fn stop(app: App) {
    app.shutdown(Duration::from_secs(30)).await.unwrap();
}

fn stock() -> String {
    "screws".to_owned()
}

async fn set_up(app: &App, pieces: u64) {
    app.commands().send(SetUp { stock: stock() }).await.unwrap();
    fill(app, pieces).await;
}

async fn fill(app: &App, pieces: u64) {
    app.commands().send(Fill { stock: stock(), pieces }).await.unwrap();
}

async fn take(app: &App) -> Result<u64, CommandError<Empty>> {
    app.commands().send(Take { stock: stock() }).await
}

async fn load(app: &App) -> (u64, Sequence) {
    let stock = app.repository::<Stock>().load(&stock()).await.unwrap();
    (stock.pieces, stock.version)
}
