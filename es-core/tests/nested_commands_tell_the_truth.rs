//! Nested commands: whether an effect has run, what interceptors see, and what a panic leaves.
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

use std::convert::Infallible;
use std::sync::{Arc, Mutex};

use es_core::command::{CommandMessage, Handled, HandlingInterceptor, Veto};
use es_core::prelude::*;
use es_core::store::MemoryLog;
use es_core::testing::stored;
use es_core::unit::{PublishError, UnitOfWork};

use accounts::*;

#[derive(Command, Clone, Serialize, Deserialize)]
pub struct Charge {
    #[target]
    pub account: String,
}

#[aggregate]
impl Account {
    /// An effect outside.
    #[command_handler]
    async fn charge(&self, _: Charge) -> Moved {
        Moved { amount: -1 }
    }
}

#[derive(Command, Clone, Serialize, Deserialize)]
pub struct TryCharge {
    pub account: String,
}
#[command_handler]
pub async fn try_charge(
    command: TryCharge,
    commands: CommandGateway,
    accounts: Repository<Account>,
) -> Result<i64, HandlerError<No>> {
    commands.send(Charge { account: "missing".to_owned() }).await.unwrap_err();
    let mut account = accounts.load(&command.account).await?;
    account.apply(Moved { amount: 1 });
    Ok(account.balance)
}

#[derive(Command, Clone, Serialize, Deserialize)]
pub struct Note {}
#[command_handler]
pub fn note(_: Note, unit: UnitOfWork) -> Result<(), Infallible> {
    unit.publish(Noted { about: "x".to_owned() });
    Ok(())
}
#[derive(Command, Clone, Serialize, Deserialize)]
pub struct NestNote {
    account: String,
}
#[command_handler]
pub async fn nest_note(
    command: NestNote,
    commands: CommandGateway,
) -> Result<(), HandlerError<No>> {
    commands.send(Note {}).await.map_err(HandlerError::nested)?;
    commands
        .send(PayIn { account: command.account, amount: 1 })
        .await
        .map_err(HandlerError::nested)?;
    Ok(())
}

static LEFT: Mutex<Option<EventGateway>> = Mutex::new(None);
#[derive(Command, Clone, Serialize, Deserialize)]
pub struct Leave {}
#[command_handler]
pub async fn leave(_: Leave, events: EventGateway) -> Result<(), HandlerError<No>> {
    *LEFT.lock().unwrap() = Some(events);
    Ok(())
}

/// A unit that survives a panic of an inner command.
#[derive(Command, Clone, Serialize, Deserialize)]
pub struct Survive {
    account: String,
}
#[command_handler]
pub async fn survive(command: Survive, commands: CommandGateway) -> Result<i64, HandlerError<No>> {
    let account = command.account;
    commands.send(PayIn { account: account.clone(), amount: HALF_MOVED }).await.unwrap_err();
    commands.send(PayIn { account, amount: 1 }).await.map_err(HandlerError::nested)
}

#[derive(Default)]
struct Seen(Mutex<Vec<(String, usize, bool)>>);
struct See(Arc<Seen>);
impl HandlingInterceptor for See {
    fn after(&self, command: &CommandMessage<'_>, handled: Handled<'_>) -> Result<(), Veto> {
        if let Handled::Decided(events) = handled {
            let has_streams = events.iter().all(|event| event.stream.is_some());
            self.0.0.lock().unwrap().push((command.name().to_owned(), events.len(), has_streams));
        }
        Ok(())
    }
}

async fn app_on(log: MemoryLog) -> App {
    App::test().store(log).start().await.unwrap()
}

#[tokio::test]
async fn a_unit_in_which_no_effect_has_run_is_repeated() {
    let log = MemoryLog::new();
    let (one, other) = (app_on(log.clone()).await, app_on(log).await);
    one.commands().send(open_a()).await.unwrap();
    other.commands().send(pay_in(0)).await.unwrap();
    one.commands().send(pay_in(5)).await.unwrap();
    assert_eq!(other.commands().send(TryCharge { account: a() }).await.unwrap(), 6);
}

#[tokio::test]
async fn interceptors_see_what_a_nested_command_decided() {
    let seen = Arc::new(Seen::default());
    let app = App::test().handling_interceptor(See(seen.clone())).start().await.unwrap();
    app.commands().send(open_a()).await.unwrap();
    app.commands().send(NestNote { account: a() }).await.unwrap();
    let seen = seen.0.lock().unwrap();
    let of = |name: &str| seen.iter().find(|it| it.0 == name).unwrap().clone();
    assert_eq!(of("NestNote").1, 2);
    assert!(of("PayIn").2, "the event of a nested command has its stream");
    assert_eq!(of("Note").1, 1, "the event of a nested free command is seen");
}

#[tokio::test]
async fn an_event_published_after_the_end_is_refused() {
    let app = app_on(MemoryLog::new()).await;
    app.commands().send(Leave {}).await.unwrap();
    let left = LEFT.lock().unwrap().take().unwrap();
    let answer = left.publish(Noted { about: "x".to_owned() }).await;
    assert!(stored(&app).await.rows().is_empty());
    assert!(matches!(answer, Err(PublishError::HandlerEnded)), "{answer:?}");
}

#[tokio::test]
async fn a_panic_in_an_inner_command_leaves_no_half_changed_state() {
    let app = app_on(MemoryLog::new()).await;
    app.commands().send(open_a()).await.unwrap();
    assert_eq!(app.commands().send(Survive { account: a() }).await.unwrap(), 1);
}
