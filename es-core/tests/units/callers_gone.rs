//! A free function whose caller goes away: it is carried out once it has begun.

use std::sync::Arc;
use std::task::{Context, Waker};
use std::time::Duration;

use es_core::prelude::*;
use es_core::store::MemoryLog;

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

/// Asks outside, and falls over.
#[derive(Command, Clone, Serialize, Deserialize)]
struct AskAndFall {}

#[command_handler]
async fn ask_and_fall(_: AskAndFall, bank: Inject<dyn Pause>) {
    bank.pause().await;
    panic!("fell");
}

#[tokio::test]
async fn a_repetition_that_waits_for_the_first_one_is_withdrawn() {
    let pause = ManualPause::new();
    let app = builder(&pause, &Arc::default()).store(MemoryLog::new()).start().await.unwrap();
    let commands = app.commands();
    let under_its_id = || Dispatch::new().id(CommandId::from_key("ask"));
    let mut first = Box::pin(commands.send_with(AskAndFall {}, under_its_id()));
    let mut context = Context::from_waker(Waker::noop());
    assert!(first.as_mut().poll(&mut context).is_pending());
    pause.until_asked().await;
    let mut second = Box::pin(commands.send_with(AskAndFall {}, under_its_id()));
    assert!(second.as_mut().poll(&mut context).is_pending());
    tokio::task::yield_now().await;
    drop(second);
    pause.go.add_permits(9);
    first.await.unwrap_err();
    app.shutdown(Duration::from_secs(10)).await.unwrap();
    assert_eq!(pause.asked.available_permits(), 0, "asked for somebody who is gone");
}
