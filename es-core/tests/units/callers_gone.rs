//! A free function whose caller goes away is run again all the same.

use std::sync::Arc;
use std::task::{Context, Waker};
use std::time::Duration;

use es_core::prelude::*;

use super::domain::*;
use super::logs::GatedLog;
use super::{app_on, builder, names, open};

#[derive(Command, Clone, Serialize, Deserialize)]
struct OpenOrNote {
    account: String,
}

#[command_handler]
fn open_or_note(command: OpenOrNote, accounts: Repository<Account>, unit: UnitOfWork) {
    let account = command.account;
    let opened = Opened { account: account.clone(), balance: 7 };
    if accounts.create(&account, opened).is_err() {
        unit.publish(Noted { about: account });
    }
}

#[tokio::test]
async fn a_plain_free_handler_is_run_again_after_a_conflict() {
    let (log, gate) = GatedLog::new();
    let inner = log.inner.clone();
    let app = builder(&ManualPause::new(), &Arc::default()).store(log).start().await.unwrap();
    let other = app_on(inner).await;
    let commands = app.commands();
    let mut opening = Box::pin(commands.send(OpenOrNote { account: "a".to_owned() }));
    let mut context = Context::from_waker(Waker::noop());
    assert!(opening.as_mut().poll(&mut context).is_pending(), "decided, and with the log");
    open(&other, "a", 0).await;
    drop(opening);
    gate.let_through(2);
    let noted = async {
        while names(&other).await != ["Noted"] {
            tokio::task::yield_now().await;
        }
    };
    let waited = tokio::time::timeout(Duration::from_secs(10), noted).await;
    assert!(waited.is_ok(), "nobody went on with it");
}
