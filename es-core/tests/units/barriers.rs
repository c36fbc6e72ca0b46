//! Effects outside in units of work.

use std::sync::Arc;

use es_core::command::CommandError;
use es_core::prelude::*;
use es_core::store::{EventStore, MemoryLog};

use super::domain::*;
use super::effects_of_inner_commands::the_bank_is_charged_once_the_deposit_is_durable;
use super::logs::OvertakenLog;
use super::{app_on, balance, builder, open};

async fn paused() -> (App, App, Arc<ManualPause>) {
    let (log, pause) = (MemoryLog::new(), ManualPause::new());
    let app = builder(&pause, &Arc::default()).store(log.clone()).start().await.unwrap();
    let other = app_on(log).await;
    open(&other, "a", 0).await;
    open(&other, "b", 0).await;
    (app, other, pause)
}

async fn deposit(app: &App, account: &str) {
    app.commands().send(Deposit { account: account.to_owned(), amount: 5 }).await.unwrap();
}

#[tokio::test]
async fn an_effect_is_not_repeated_after_a_conflict() {
    let (app, other, pause) = paused().await;
    let commands = app.commands();
    let charge = Charge { account: "a".to_owned(), amount: 1 };
    let charging = tokio::spawn(async move { commands.send(charge).await });
    pause.until_asked().await;
    deposit(&other, "a").await;
    pause.go.add_permits(9);
    let error = charging.await.unwrap().unwrap_err();
    assert!(matches!(error, CommandError::Conflict { attempts: 1, .. }), "{error}");
    assert_eq!(pause.asked.available_permits(), 0, "charged a second time");
    assert_eq!(balance(&app, "a").await, 5);
}

#[tokio::test]
async fn an_effect_is_repeated_where_the_handler_allows_it() {
    let (app, other, pause) = paused().await;
    let commands = app.commands();
    let charge = ChargeAgain { account: "a".to_owned(), amount: 1 };
    let charging = tokio::spawn(async move { commands.send(charge).await });
    pause.until_asked().await;
    deposit(&other, "a").await;
    pause.go.add_permits(2);
    assert_eq!(charging.await.unwrap().unwrap(), 6);
}

/// Looks at another account as long as the one that it charges is empty.
#[derive(Command, Clone, Serialize, Deserialize)]
struct ChargeOrLook {
    account: String,
    other: String,
}

#[command_handler(retry)]
async fn charge_or_look(
    command: ChargeOrLook,
    accounts: Repository<Account>,
    bank: Inject<dyn Pause>,
) -> Result<i64, HandlerError<Overdrawn>> {
    let mut account = accounts.load(&command.account).await?;
    if account.balance == 0 {
        accounts.load(&command.other).await?;
    }
    bank.pause().await;
    account.apply(Moved { amount: 1 });
    Ok(account.balance)
}

#[tokio::test]
async fn what_only_an_earlier_run_has_loaded_is_no_conflict() {
    let (app, other, pause) = paused().await;
    let commands = app.commands();
    let charge = ChargeOrLook { account: "a".to_owned(), other: "b".to_owned() };
    let charging = tokio::spawn(async move { commands.send(charge).await });
    pause.until_asked().await;
    deposit(&other, "a").await;
    pause.go.add_permits(1);
    pause.until_asked().await;
    // This run has not looked at it.
    deposit(&other, "b").await;
    pause.go.add_permits(9);
    assert_eq!(charging.await.unwrap().unwrap(), 6);
    assert_eq!(pause.asked.available_permits(), 0, "charged a third time");
}

#[tokio::test]
async fn a_unit_in_which_an_effect_has_run_is_not_repeated_either() {
    let (app, other, pause) = paused().await;
    let commands = app.commands();
    let charge = ChargeFor { account: "a".to_owned(), other: "b".to_owned() };
    let charging = tokio::spawn(async move { commands.send(charge).await });
    pause.until_asked().await;
    deposit(&other, "b").await;
    pause.go.add_permits(2);
    let error = charging.await.unwrap().unwrap_err();
    assert!(matches!(error, CommandError::Conflict { attempts: 1, .. }), "{error}");
    assert_eq!((balance(&app, "a").await, balance(&app, "b").await), (0, 5));
}

#[tokio::test]
async fn a_repetition_has_no_second_effect() {
    let (app, _, pause) = paused().await;
    pause.go.add_permits(9);
    let commands = app.commands();
    let charging = || {
        let charge = Charge { account: "a".to_owned(), amount: 1 };
        commands.send_with(charge, Dispatch::new().id(CommandId::from_key("the charge")))
    };
    let (first, beside) = tokio::join!(charging(), charging());
    assert_eq!((first.unwrap(), beside.unwrap()), (1, 1));
    deposit(&app, "a").await;
    assert_eq!(charging().await.unwrap(), 1, "the first answer");
    assert_eq!(pause.asked.available_permits(), 1, "charged a second time");
}

#[tokio::test]
async fn what_another_application_does_while_turns_are_waited_for_is_not_done_again() {
    let log = Arc::new(OvertakenLog::default());
    let (pause, their_pause) = (ManualPause::new(), ManualPause::new());
    let on = |log, pause| builder(pause, &Arc::default()).store(log).start();
    let app = on(Arc::clone(&log) as Arc<dyn EventStore>, &pause).await.unwrap();
    let other = on(Arc::new(log.inner.clone()) as _, &their_pause).await.unwrap();
    open(&other, "a", 0).await;
    let charge = |commands: CommandGateway| async move {
        let charge = ChargeAgain { account: "a".to_owned(), amount: 1 };
        let under = Dispatch::new().id(CommandId::from_key("the charge"));
        commands.send_with(charge, under).await.unwrap()
    };
    let charging = tokio::spawn(charge(app.commands()));
    pause.until_asked().await;
    deposit(&other, "a").await;
    their_pause.go.add_permits(1);
    log.before_the_next_read(async move {
        assert_eq!(charge(other.commands()).await, 6);
    });
    pause.go.add_permits(9);
    assert_eq!(charging.await.unwrap(), 6, "the first answer");
    assert_eq!(pause.asked.available_permits(), 0, "charged again after the conflict");
}

#[tokio::test]
async fn an_effect_waits_until_what_it_is_decided_on_is_stored() {
    let charge = |commands: CommandGateway| async move {
        let charge = Charge { account: "b".to_owned(), amount: 2 };
        assert_eq!(commands.send(charge).await.unwrap(), 7);
    };
    the_bank_is_charged_once_the_deposit_is_durable(charge).await;
}

/// Charges an account as much as another one holds.
#[derive(Command, Clone, Serialize, Deserialize)]
struct ChargeLike {
    #[target]
    account: String,
    other: String,
}

#[aggregate]
impl Account {
    #[command_handler]
    async fn charge_like(
        account: &mut Root<Self>,
        command: ChargeLike,
        accounts: Repository<Account>,
        bank: Inject<dyn Pause>,
    ) -> Result<i64, HandlerError<Overdrawn>> {
        let amount = accounts.load(&command.other).await?.balance;
        bank.pause().await;
        account.apply(Moved { amount });
        Ok(account.balance)
    }
}

#[tokio::test]
async fn an_aggregates_effect_waits_for_what_its_handler_loads() {
    let charge = |commands: CommandGateway| async move {
        let like = ChargeLike { account: "a".to_owned(), other: "b".to_owned() };
        assert_eq!(commands.send(like).await.unwrap(), 5);
    };
    the_bank_is_charged_once_the_deposit_is_durable(charge).await;
}

/// Has it charged by the handler of a command without a target.
#[derive(Command, Clone, Serialize, Deserialize)]
struct ChargeLikeWithin(ChargeLike);

#[command_handler]
async fn charge_like_within(
    command: ChargeLikeWithin,
    commands: CommandGateway,
) -> Result<i64, HandlerError<Overdrawn>> {
    commands.send(command.0).await.map_err(HandlerError::nested)
}

#[tokio::test]
async fn an_aggregates_inner_effect_waits_until_its_state_is_stored() {
    let charge = |commands: CommandGateway| async move {
        let like = ChargeLike { account: "b".to_owned(), other: "a".to_owned() };
        assert_eq!(commands.send(ChargeLikeWithin(like)).await.unwrap(), 5);
    };
    the_bank_is_charged_once_the_deposit_is_durable(charge).await;
}

/// Opens an account and says so, in a plain function.
#[derive(Command, Clone, Serialize, Deserialize)]
struct Announce {
    account: String,
}

#[command_handler]
fn announce(
    command: &Announce,
    accounts: Repository<Account>,
    told: Inject<Told>,
) -> Result<(), HandlerError<Overdrawn>> {
    let account = command.account.clone();
    told.lock().unwrap().push(account.clone());
    accounts.create(&account.clone(), Opened { account, balance: 0 })?;
    Ok(())
}

/// The same for a handler that says that its effect may be repeated.
#[derive(Command, Clone, Serialize, Deserialize)]
struct AnnounceAgain {
    account: String,
}

#[command_handler(retry)]
fn announce_again(
    command: &AnnounceAgain,
    accounts: Repository<Account>,
    told: Inject<Told>,
) -> Result<(), HandlerError<Overdrawn>> {
    announce(&Announce { account: command.account.clone() }, accounts, told)
}

#[tokio::test]
async fn a_plain_function_with_a_resource_has_effects_too() {
    let (log, told) = (MemoryLog::new(), Arc::<Told>::default());
    let app = builder(&ManualPause::new(), &told).store(log.clone()).start().await.unwrap();
    let other = app_on(log).await;
    for account in ["a", "b"] {
        open(&other, account, 0).await;
    }
    let error = app.commands().send(Announce { account: "a".to_owned() }).await.unwrap_err();
    assert!(matches!(error, CommandError::AlreadyExists { .. }), "{error}");
    assert_eq!(*told.lock().unwrap(), ["a"]);
    let error = app.commands().send(AnnounceAgain { account: "b".to_owned() }).await.unwrap_err();
    assert!(matches!(error, CommandError::AlreadyExists { .. }), "{error}");
    assert_eq!(*told.lock().unwrap(), ["a", "b", "b"]);
}

#[tokio::test]
async fn a_free_handler_goes_on_without_its_caller() {
    let (app, _, pause) = paused().await;
    let commands = app.commands();
    let charge = Charge { account: "a".to_owned(), amount: 1 };
    let caller = tokio::spawn(async move { commands.send(charge).await });
    pause.until_asked().await;
    caller.abort();
    pause.go.add_permits(1);
    app.commands().send(Deposit { account: "a".to_owned(), amount: 1 }).await.unwrap();
    assert_eq!(balance(&app, "a").await, 2);
}
