//! What handlers leave behind (guards, units, panics, stale copies) harms nobody.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    missing_docs,
    unreachable_pub
)]

#[path = "common/accounts/mod.rs"]
mod accounts;

use std::sync::{Arc, Mutex};
use std::time::Duration;

use es_core::command::CommandError;
use es_core::prelude::*;
use es_core::store::MemoryLog;
use es_core::testing::stored;
use es_core::unit::UnitOfWork;

use accounts::*;

#[derive(Command, Clone, Serialize, Deserialize)]
pub struct Close {
    #[target]
    pub account: String,
}
#[derive(Command, Clone, Serialize, Deserialize)]
pub struct DepositAt {
    #[target]
    pub account: String,
    #[target_version]
    pub version: Sequence,
}

#[aggregate]
impl Account {
    #[command_handler]
    fn deposit_at(&self, _: DepositAt) -> Moved {
        Moved { amount: 1 }
    }
    #[command_handler]
    fn close(&self, _: Close) -> Closed {
        Closed {}
    }
}

/// An effect outside: only reads an account, and notes something.
#[derive(Command, Clone, Serialize, Deserialize)]
pub struct NoteBalance {
    pub account: String,
}
pub struct Bank;
#[command_handler]
pub async fn note_balance(
    command: NoteBalance,
    accounts: Repository<Account>,
    unit: UnitOfWork,
    _bank: Inject<Bank>,
) -> Result<i64, HandlerError<No>> {
    let balance = accounts.load(&command.account).await?.balance;
    unit.publish(Noted { about: balance.to_string() });
    Ok(balance)
}

/// Two nested commands side by side.
#[derive(Command, Clone, Serialize, Deserialize)]
pub struct Both {
    pub account: String,
}
#[derive(Command, Clone, Serialize, Deserialize)]
pub struct OpenAndFail {
    pub account: String,
}
#[derive(Command, Clone, Serialize, Deserialize)]
pub struct DepositLater {
    pub account: String,
}

#[command_handler]
pub async fn open_and_fail(
    command: OpenAndFail,
    commands: CommandGateway,
) -> Result<(), HandlerError<No>> {
    commands
        .send(Open { account: command.account, balance: 0 })
        .await
        .map_err(HandlerError::nested)?;
    for _ in 0..20 {
        tokio::task::yield_now().await;
    }
    Err(No.into())
}
#[command_handler]
pub async fn deposit_later(
    command: DepositLater,
    commands: CommandGateway,
) -> Result<(), HandlerError<No>> {
    for _ in 0..10 {
        tokio::task::yield_now().await;
    }
    commands
        .send(PayIn { account: command.account, amount: 1 })
        .await
        .map_err(HandlerError::nested)?;
    Ok(())
}
#[command_handler]
pub async fn both(
    command: Both,
    commands: CommandGateway,
) -> Result<(bool, bool), HandlerError<No>> {
    let account = command.account;
    let (one, two) = tokio::join!(
        commands.send(OpenAndFail { account: account.clone() }),
        commands.send(DepositLater { account }),
    );
    Ok((one.is_ok(), two.is_ok()))
}

/// A guard that a task keeps.
#[derive(Command, Clone, Serialize, Deserialize)]
pub struct KeepGuard {
    pub account: String,
}
#[command_handler]
pub async fn keep_guard(
    command: KeepGuard,
    accounts: Repository<Account>,
) -> Result<(), HandlerError<No>> {
    let guard = accounts.load(&command.account).await?;
    tokio::spawn(async move {
        std::future::pending::<()>().await;
        drop(guard);
    });
    Ok(())
}

/// A unit of work that outlives the inner command it was given to.
static LEFT: Mutex<Option<UnitOfWork>> = Mutex::new(None);
#[derive(Command, Clone, Serialize, Deserialize)]
pub struct Outer {}
#[derive(Command, Clone, Serialize, Deserialize)]
pub struct Middle {}
#[derive(Command, Clone, Serialize, Deserialize)]
pub struct Inner {}
#[command_handler]
pub async fn inner(_: Inner, unit: UnitOfWork) -> Result<(), HandlerError<No>> {
    *LEFT.lock().unwrap() = Some(unit);
    Ok(())
}
#[command_handler]
pub async fn middle(_: Middle, commands: CommandGateway) -> Result<(), HandlerError<No>> {
    commands.send(Inner {}).await.map_err(HandlerError::nested)?;
    Err(No.into())
}
#[command_handler]
pub async fn outer(
    _: Outer,
    commands: CommandGateway,
    unit: UnitOfWork,
) -> Result<(), HandlerError<No>> {
    let _ = commands.send(Middle {}).await;
    let left = LEFT.lock().unwrap().take().unwrap();
    left.publish(Noted { about: "of a failed command".to_owned() });
    unit.publish(Noted { about: "mine".to_owned() });
    Ok(())
}

async fn app_on(log: MemoryLog) -> App {
    App::test().provide(Arc::new(Bank)).store(log).start().await.unwrap()
}

#[tokio::test]
async fn a_barrier_that_only_reads_recovers_from_a_stale_copy() {
    let log = MemoryLog::new();
    let (one, other) = (app_on(log.clone()).await, app_on(log).await);
    one.commands().send(open_a()).await.unwrap();
    assert_eq!(other.commands().send(NoteBalance { account: a() }).await.unwrap(), 0);
    one.commands().send(pay_in(1)).await.unwrap();
    let mut errors = Vec::new();
    for _ in 0..5 {
        match other.commands().send(NoteBalance { account: a() }).await {
            Ok(balance) => {
                assert_eq!(balance, 1);
                return;
            }
            Err(error) => errors.push(error.to_string()),
        }
    }
    panic!("never recovers: {errors:#?}");
}

#[tokio::test]
async fn a_panic_in_an_event_sourcing_handler_leaves_no_half_changed_state() {
    let app = app_on(MemoryLog::new()).await;
    app.commands().send(open_a()).await.unwrap();
    let error = app.commands().send(pay_in(HALF_MOVED)).await.unwrap_err();
    assert!(matches!(error, CommandError::Panicked { .. }), "{error}");
    assert_eq!(app.commands().send(pay_in(1)).await.unwrap(), 1);
}

#[tokio::test]
async fn nested_commands_side_by_side_store_no_corrupt_stream() {
    let app = app_on(MemoryLog::new()).await;
    let answer = app.commands().send(Both { account: a() }).await;
    let stored = stored(&app).await;
    let names = stored.names();
    assert!(names.is_empty() || names[0] == "Opened", "{answer:?}, {names:?}");
}

#[tokio::test]
async fn a_guard_that_a_task_keeps_does_not_keep_the_turn() {
    let app = app_on(MemoryLog::new()).await;
    app.commands().send(open_a()).await.unwrap();
    let error = app.commands().send(KeepGuard { account: a() }).await.unwrap_err();
    assert!(error.to_string().contains("is still held after its handler has ended"), "{error}");
    let next = tokio::time::timeout(Duration::from_secs(5), app.commands().send(pay_in(1))).await;
    next.expect("the next command works").unwrap();
}

#[tokio::test]
async fn what_a_command_inside_a_failed_one_left_behind_is_not_stored() {
    let app = app_on(MemoryLog::new()).await;
    app.commands().send(Outer {}).await.unwrap();
    assert_eq!(stored(&app).await.names(), ["Noted"]);
}

#[tokio::test]
async fn a_deleted_aggregate_answers_deleted_whatever_version_is_asked_for() {
    let app = app_on(MemoryLog::new()).await;
    app.commands().send(open_a()).await.unwrap();
    app.commands().send(Close { account: a() }).await.unwrap();
    let error =
        app.commands().send(DepositAt { account: a(), version: Sequence(0) }).await.unwrap_err();
    assert!(matches!(error, CommandError::Deleted { .. }), "{error}");
}
