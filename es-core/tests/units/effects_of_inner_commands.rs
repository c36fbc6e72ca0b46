//! Effects of commands that a handler sends: begun on what is durable, and repeated by nobody.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use es_core::command::{Backoff, CommandError, Retry};
use es_core::prelude::*;
use es_core::store::{EventStore, MemoryLog};

use super::domain::*;
use super::logs::{Gate, GatedLog};
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

/// What is sent while a deposit into "b" is on its way rests on that deposit.
pub(super) async fn the_bank_is_charged_once_the_deposit_is_durable<F>(
    send: impl FnOnce(CommandGateway) -> F,
) where
    F: Future<Output = ()> + Send + 'static,
{
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
    let paying = tokio::spawn(send(app.commands()));
    settle().await;
    assert!(!depositing.is_finished());
    assert_eq!(pause.asked.available_permits(), 0, "charged for what may never be stored");
    pause.go.add_permits(9);
    gate.let_through(9);
    depositing.await.unwrap().unwrap();
    paying.await.unwrap();
    assert_eq!(pause.asked.available_permits(), 1);
}

async fn pay(commands: CommandGateway, keeps_guard: bool) {
    let pay = PayFrom { account: "a".to_owned(), other: "b".to_owned(), keeps_guard };
    commands.send(pay).await.unwrap();
}

#[tokio::test]
async fn an_inner_effect_waits_for_what_was_looked_at() {
    the_bank_is_charged_once_the_deposit_is_durable(|commands| pay(commands, false)).await;
}

#[tokio::test]
async fn an_inner_effect_waits_for_what_a_guard_holds() {
    the_bank_is_charged_once_the_deposit_is_durable(|commands| pay(commands, true)).await;
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

/// An application that sends again what may be sent again, on a log whose writer obeys.
async fn retrying() -> (App, Gate, Arc<ManualPause>) {
    let (log, gate) = GatedLog::new();
    let pause = ManualPause::new();
    let retry = Retry::new(Backoff::starting_at(Duration::from_millis(1)).attempts(3));
    let app = builder(&pause, &Arc::default()).store(log).dispatch_interceptor(retry);
    let app = app.start().await.unwrap();
    gate.let_through(2);
    open(&app, "a", 0).await;
    open(&app, "b", 0).await;
    pause.go.add_permits(9);
    (app, gate, pause)
}

/// Has an account charged by a command of its own.
#[derive(Command, Clone, Serialize, Deserialize)]
struct ChargeWithin {
    account: String,
}

#[command_handler]
async fn charge_within(
    command: ChargeWithin,
    commands: CommandGateway,
) -> Result<i64, HandlerError<Overdrawn>> {
    let charge = Charge { account: command.account, amount: 2 };
    commands.send(charge).await.map_err(HandlerError::nested)
}

#[tokio::test]
async fn an_inner_effect_waits_until_what_it_is_decided_on_is_stored() {
    let charge = |commands: CommandGateway| async move {
        let within = ChargeWithin { account: "b".to_owned() };
        assert_eq!(commands.send(within).await.unwrap(), 7);
    };
    the_bank_is_charged_once_the_deposit_is_durable(charge).await;
}

#[tokio::test]
async fn a_free_handlers_effect_is_not_repeated_when_the_log_fails() {
    let (app, gate, pause) = retrying().await;
    gate.fail_one();
    gate.let_through(1);
    let charge = Charge { account: "a".to_owned(), amount: 1 };
    let error = app.commands().send(charge).await.unwrap_err();
    assert!(matches!(error, CommandError::Append { has_effects: true, .. }), "{error}");
    assert!(!error.is_retryable());
    assert_eq!(pause.asked.available_permits(), 1);
}

#[tokio::test]
async fn a_free_handlers_effect_is_repeated_when_the_log_fails_where_it_may_be() {
    let (app, gate, pause) = retrying().await;
    gate.fail_one();
    gate.let_through(1);
    let again = ChargeAgain { account: "a".to_owned(), amount: 1 };
    assert_eq!(app.commands().send(again).await.unwrap(), 1);
    assert_eq!(pause.asked.available_permits(), 2);
}

#[tokio::test]
async fn nobody_repeats_an_inner_effect_when_the_log_fails() {
    let (app, gate, pause) = retrying().await;
    gate.fail_one();
    gate.let_through(1);
    let charge = ChargeFor { account: "a".to_owned(), other: "b".to_owned() };
    let error = app.commands().send(charge).await.unwrap_err();
    assert!(matches!(error, CommandError::Append { has_effects: true, .. }), "{error}");
    assert!(!error.is_retryable());
    assert_eq!(pause.asked.available_permits(), 1);
}

/// Charges, and fails afterwards for a while.
#[derive(Command, Clone, Serialize, Deserialize)]
struct ChargeAndFail {
    account: String,
    takes_long: bool,
}

#[command_handler]
async fn charge_and_fail(
    command: ChargeAndFail,
    commands: CommandGateway,
) -> Result<i64, HandlerError<Overdrawn>> {
    let ChargeAndFail { account, takes_long } = command;
    commands.send(Charge { account, amount: 2 }).await.map_err(HandlerError::nested)?;
    if takes_long {
        std::future::pending::<()>().await;
    }
    Err(Fault::new("no paper for the receipt").into())
}

#[tokio::test]
async fn nobody_repeats_an_inner_effect_when_the_outer_handler_fails() {
    let (app, gate, pause) = retrying().await;
    // A fault is answered once the log has proved what it was decided on.
    gate.let_through(3);
    let charge = ChargeAndFail { account: "a".to_owned(), takes_long: false };
    let error = app.commands().send(charge).await.unwrap_err();
    assert!(matches!(error, CommandError::Fault { has_effects: true, .. }), "{error}");
    assert!(!error.is_retryable());
    let charge = ChargeAndFail { account: "a".to_owned(), takes_long: true };
    let within = Dispatch::new().within(Duration::from_millis(500));
    let error = app.commands().send_with(charge, within).await.unwrap_err();
    assert!(matches!(error, CommandError::DeadlineExceeded { has_effects: true, .. }), "{error}");
    assert!(!error.is_retryable());
    assert_eq!(pause.asked.available_permits(), 2);
}

/// Goes on without the charge where it fails.
#[derive(Command, Clone, Serialize, Deserialize)]
struct TryToCharge {
    account: String,
}

#[command_handler]
async fn try_to_charge(command: TryToCharge, commands: CommandGateway) -> Result<bool, Infallible> {
    let charge = ChargeAndFail { account: command.account, takes_long: false };
    Ok(commands.send(charge).await.is_ok())
}

#[tokio::test]
async fn a_retry_within_a_handler_does_not_repeat_an_effect_either() {
    let (app, gate, pause) = retrying().await;
    gate.let_through(1);
    let is_charged = app.commands().send(TryToCharge { account: "a".to_owned() }).await.unwrap();
    assert!(!is_charged);
    assert_eq!(pause.asked.available_permits(), 1);
}

/// Charges, and falls over.
#[derive(Command, Clone, Serialize, Deserialize)]
struct ChargeAndFall {}

#[command_handler]
async fn charge_and_fall(_: ChargeAndFall, bank: Inject<dyn Pause>) {
    bank.pause().await;
    panic!("fell");
}

#[tokio::test]
async fn a_panic_after_an_effect_says_that_there_may_have_been_one() {
    let (app, gate, _pause) = retrying().await;
    gate.let_through(1);
    let error = app.commands().send(ChargeAndFall {}).await.unwrap_err();
    assert!(matches!(error, CommandError::Panicked { has_effects: true, .. }), "{error}");
    assert!(error.to_string().contains("may have had effects outside"), "{error}");
}

#[tokio::test]
async fn a_full_queue_after_an_effect_says_that_there_may_have_been_one() {
    let (log, pause) = (MemoryLog::new().with_places(1), ManualPause::new());
    let app = builder(&pause, &Arc::default()).store(log.clone()).start().await.unwrap();
    open(&app, "a", 0).await;
    let _place = log.try_reserve().unwrap();
    pause.go.add_permits(9);
    let charge = Charge { account: "a".to_owned(), amount: 1 };
    let within = Dispatch::new().within(Duration::from_millis(500));
    let error = app.commands().send_with(charge, within).await.unwrap_err();
    assert_eq!(pause.asked.available_permits(), 1);
    assert!(error.has_effects() && !error.is_retryable(), "{error}");
}

/// Is refused, or fails after what may be an effect outside.
#[derive(Command, Clone, Serialize, Deserialize)]
struct Audit {
    #[target]
    account: String,
    is_refused: bool,
}

#[aggregate]
impl Account {
    #[command_handler]
    async fn audit(&self, command: Audit) -> Result<Closed, HandlerError<Overdrawn>> {
        if command.is_refused {
            return Err(Overdrawn { missing: 0 }.into());
        }
        Err(Fault::new("the auditors are out").into())
    }
}

/// Says of the audit whether it may have had effects.
#[derive(Command, Clone, Serialize, Deserialize)]
struct TryToAudit(Audit);

#[command_handler]
async fn try_to_audit(command: TryToAudit, commands: CommandGateway) -> Result<bool, Infallible> {
    Ok(commands.send(command.0).await.unwrap_err().has_effects())
}

#[tokio::test]
async fn a_handler_is_told_that_an_aggregate_may_have_had_effects_outside() {
    let app = app_on(MemoryLog::new()).await;
    open(&app, "a", 0).await;
    let audit = |is_refused| TryToAudit(Audit { account: "a".to_owned(), is_refused });
    assert!(app.commands().send(audit(false)).await.unwrap());
    assert!(!app.commands().send(audit(true)).await.unwrap(), "it refused");
}
