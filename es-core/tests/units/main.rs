//! Stories of units of work: everything that one command changes is stored together, or not at all.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    missing_docs,
    unreachable_pub
)]

#[path = "../common/accounts/mod.rs"]
mod accounts;
mod barriers;
mod beside;
mod books;
mod callbacks;
mod callers_gone;
mod depth;
mod domain;
mod effects_beside_each_other;
mod effects_of_inner_commands;
mod effects_that_began;
mod held_back;
mod intercepted;
mod left_behind;
#[path = "../common/logs/mod.rs"]
mod logs;
mod members;
mod nested;
mod nestings;
mod order;
mod publishing;
mod refused_on_boundaries;
mod repositories;
mod reruns;
mod undone;

use std::sync::Arc;

use es_core::app::AppBuilder;
use es_core::prelude::*;
use es_core::registry::IntoStore;
use es_core::store::MemoryLog;
use es_core::testing::stored;

use domain::*;

async fn app() -> App {
    app_on(MemoryLog::new()).await
}

async fn app_on(log: impl IntoStore) -> App {
    builder(&ManualPause::new(), &Arc::default()).store(log).start().await.unwrap()
}

fn builder(pause: &Arc<ManualPause>, told: &Arc<Told>) -> AppBuilder {
    App::test()
        .provide(Arc::clone(pause) as Arc<dyn Pause>)
        .provide(Arc::clone(told))
        .provide(Arc::new(Left::default()))
}

async fn open(app: &App, account: &str, balance: i64) {
    app.commands().send(Open { account: account.to_owned(), balance }).await.unwrap();
}

async fn balance(app: &App, account: &str) -> i64 {
    app.repository::<Account>().load(&account.to_owned()).await.unwrap().balance
}

/// The names of what is stored, without the opening of accounts.
async fn names(app: &App) -> Vec<String> {
    let stored = stored(app).await;
    let names = stored.names().into_iter().filter(|name| *name != "Opened");
    names.map(str::to_owned).collect()
}
