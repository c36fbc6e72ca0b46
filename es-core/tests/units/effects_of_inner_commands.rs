//! Effects of commands that a handler sends: begun on what is durable, and repeated by nobody.

use std::sync::Arc;
use std::time::Duration;

use es_core::command::{Backoff, Retry};
use es_core::prelude::*;
use es_core::store::MemoryLog;

use super::domain::*;
use super::logs::GatedLog;
use super::{app_on, builder, open};

#[derive(Command, Clone, Serialize, Deserialize)]
struct PayFrom {
    account: String,
    other: String,
    keeps_guard: bool,
}

/// Charges the bank only because `other` has money.
#[command_handler]
async fn pay_from(
    command: PayFrom,
    accounts: Repository<Account>,
    commands: CommandGateway,
) -> Result<i64, HandlerError<Overdrawn>> {
    let PayFrom { account, other, keeps_guard } = command;
    let guard = accounts.load(&other).await?;
    if guard.balance < 5 {
        return Err(Overdrawn { missing: 5 }.into());
    }
    let kept = keeps_guard.then_some(guard);
    let left = commands.send(Charge { account, amount: 2 }).await.map_err(HandlerError::nested)?;
    drop(kept);
    Ok(left)
}

/// Lets every task go as far as it can.
async fn settle() {
    for _ in 0..64 {
        tokio::task::yield_now().await;
    }
}

async fn the_bank_is_charged_once_the_deposit_is_durable(keeps_guard: bool) {
    let (log, gate) = GatedLog::new();
    let pause = ManualPause::new();
    let app = builder(&pause, &Arc::default()).store(log).start().await.unwrap();
    gate.let_through(2);
    open(&app, "a", 0).await;
    open(&app, "b", 0).await;
    let commands = app.commands();
    let deposit = Deposit { account: "b".to_owned(), amount: 5 };
    let depositing = tokio::spawn(async move { commands.send(deposit).await });
    settle().await;
    let commands = app.commands();
    let pay = PayFrom { account: "a".to_owned(), other: "b".to_owned(), keeps_guard };
    let paying = tokio::spawn(async move { commands.send(pay).await });
    settle().await;
    assert!(!depositing.is_finished());
    assert_eq!(pause.asked.available_permits(), 0, "charged for what may never be stored");
    pause.go.add_permits(9);
    gate.let_through(9);
    depositing.await.unwrap().unwrap();
    paying.await.unwrap().unwrap();
    assert_eq!(pause.asked.available_permits(), 1);
}

#[tokio::test]
async fn an_inner_effect_waits_for_what_was_looked_at() {
    the_bank_is_charged_once_the_deposit_is_durable(false).await;
}

#[tokio::test]
async fn an_inner_effect_waits_for_what_a_guard_holds() {
    the_bank_is_charged_once_the_deposit_is_durable(true).await;
}

#[tokio::test]
async fn a_retry_at_the_gateway_does_not_repeat_an_effect_that_does_not_allow_it() {
    let (log, pause) = (MemoryLog::new(), ManualPause::new());
    let retry = Retry::new(Backoff::starting_at(Duration::from_millis(1)).attempts(3));
    let app = builder(&pause, &Arc::default()).store(log.clone()).dispatch_interceptor(retry);
    let app = app.start().await.unwrap();
    let other = app_on(log).await;
    open(&other, "a", 0).await;
    let commands = app.commands();
    let charge = Charge { account: "a".to_owned(), amount: 1 };
    let charging = tokio::spawn(async move { commands.send(charge).await });
    pause.until_asked().await;
    let deposit = Deposit { account: "a".to_owned(), amount: 5 };
    other.commands().send(deposit).await.unwrap();
    pause.go.add_permits(9);
    let error = charging.await.unwrap().unwrap_err();
    assert!(!error.is_retryable(), "{error}");
    assert_eq!(pause.asked.available_permits(), 0, "asked a second time");
}
