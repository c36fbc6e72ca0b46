//! A shutdown that is dropped after its n-th poll, for every n: what was acknowledged is there.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs, unreachable_pub)]

#[allow(dead_code)]
#[path = "../examples/transfer.rs"]
mod example;
#[path = "../../es-core/tests/dropped/harness.rs"]
mod harness;

use std::time::Duration;

use es_core::app::App;
use example::*;
use harness::{for_every_poll, polled};

#[tokio::test(flavor = "multi_thread")]
async fn what_was_acknowledged_is_there() {
    let folder = tempfile::tempdir().unwrap();
    let store = format!("sqlite:{}", folder.path().join("transfer.db").display());
    let start =
        async || App::builder().store(store.as_str()).only::<Account>().start().await.unwrap();
    let polls = for_every_poll(async |polls| {
        let account = format!("account {polls}");
        let app = start().await;
        let open = OpenAccount { account: account.clone(), balance: 100 };
        app.commands().send(open).await.unwrap();
        let is_through = polled(polls, app.shutdown(Duration::from_secs(20))).await.is_some();
        let next = start().await;
        let found = next.repository::<Account>().load(&account).await;
        let balance = found.map_err(|error| error.to_string())?.balance;
        next.shutdown(Duration::from_secs(20)).await.map_err(|error| error.to_string())?;
        if balance == 100 { Ok(is_through) } else { Err(format!("it has {balance}")) }
    });
    assert!(polls.await.unwrap() > 1);
}
