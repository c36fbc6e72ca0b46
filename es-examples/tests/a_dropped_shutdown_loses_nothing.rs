//! A shutdown that is dropped after its n-th poll, for every n: what was acknowledged is there.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs, unreachable_pub)]

#[allow(dead_code)]
#[path = "../examples/transfer.rs"]
mod example;
#[allow(dead_code, reason = "a part of it is used here")]
#[path = "../../es-core/tests/dropped/polls.rs"]
mod polls;

use std::time::Duration;

use es_core::app::App;
use example::*;
use polls::{Polls, at_every_poll};

#[tokio::test(flavor = "multi_thread")]
async fn what_was_acknowledged_is_there() {
    let folder = tempfile::tempdir().unwrap();
    let store = format!("sqlite:{}", folder.path().join("transfer.db").display());
    let start = async || {
        App::builder().store(store.as_str()).only::<(Account, Receipt)>().start().await.unwrap()
    };
    let polls = at_every_poll(async |polls: Polls| {
        let account = format!("account {}", polls.0);
        let app = start().await;
        let open = OpenAccount { account: account.clone(), balance: 100 };
        app.commands().send(open).await.unwrap();
        let is_through = polls.of(app.shutdown(Duration::from_secs(20))).await.is_some();
        let next = start().await;
        let found = next.repository::<Account>().load(&account).await;
        let balance = found.map_err(|error| error.to_string())?.balance;
        next.shutdown(Duration::from_secs(20)).await.map_err(|error| error.to_string())?;
        if balance == 100 { Ok(is_through) } else { Err(format!("it has {balance}")) }
    });
    assert!(polls.await.unwrap() > 1);
}
