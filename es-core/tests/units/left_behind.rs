//! What is left behind by a handler that ends before the commands that it has sent.

use std::convert::Infallible;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, mpsc};
use std::time::Duration;

use es_core::command::{CommandError, CommandMessage, HandlingInterceptor};
use es_core::prelude::*;
use es_core::store::{EventStore, MemoryLog};
use tokio::sync::Notify;
use tokio::task::JoinHandle;

use super::domain::*;
use super::{app, balance, builder, names, open};

/// How far a command is that somebody has left behind.
#[derive(Default)]
struct Half {
    has_begun: Notify,
    go: Notify,
    was_called: AtomicBool,
    sent: Mutex<Option<JoinHandle<&'static str>>>,
}

/// Pays in, and takes out once it may go on.
#[derive(Command, Clone, Serialize, Deserialize)]
struct PayInAndOut {
    #[serde(skip)]
    half: Arc<Half>,
}

#[command_handler]
async fn pay_in_and_out(
    command: PayInAndOut,
    commands: CommandGateway,
    unit: UnitOfWork,
) -> Result<(), HandlerError<Overdrawn>> {
    let PayInAndOut { half } = command;
    let deposit = Deposit { account: "a".to_owned(), amount: 5 };
    commands.send(deposit).await.map_err(HandlerError::nested)?;
    let called = Arc::clone(&half);
    unit.after_commit(move || called.was_called.store(true, Ordering::SeqCst));
    half.has_begun.notify_one();
    half.go.notified().await;
    let withdraw = Withdraw { account: "b".to_owned(), amount: 5 };
    commands.send(withdraw).await.map_err(HandlerError::nested)?;
    Ok(())
}

/// Ends, or fails, in the midst of it.
#[derive(Command, Clone, Serialize, Deserialize)]
struct LeaveHalf {
    fails: bool,
    #[serde(skip)]
    half: Arc<Half>,
}

#[command_handler]
async fn leave_half(command: LeaveHalf, commands: CommandGateway) -> Result<(), Overdrawn> {
    let LeaveHalf { fails, half } = command;
    let inner = PayInAndOut { half: Arc::clone(&half) };
    let sending = async move {
        let sent: Result<(), CommandError<Overdrawn>> = commands.send(inner).await;
        sent.map_or_else(|error| error.kind(), |()| "done")
    };
    *half.sent.lock().unwrap() = Some(tokio::spawn(sending));
    half.has_begun.notified().await;
    if fails { Err(Overdrawn { missing: 0 }) } else { Ok(()) }
}

/// What became of a command that was left behind, once it may go on.
async fn left(half: &Half) -> &'static str {
    half.go.notify_one();
    let sent = half.sent.lock().unwrap().take().unwrap();
    sent.await.unwrap()
}

async fn two_accounts() -> App {
    let app = app().await;
    open(&app, "a", 0).await;
    open(&app, "b", 10).await;
    app
}

#[tokio::test]
async fn half_of_an_inner_command_is_not_stored() {
    let app = two_accounts().await;
    let half = Arc::<Half>::default();
    let leave = LeaveHalf { fails: false, half: Arc::clone(&half) };
    let error = app.commands().send(leave).await.unwrap_err();
    assert!(error.to_string().contains("has not ended with it; await it inside"), "{error}");
    assert_eq!(left(&half).await, "fault");
    assert!(names(&app).await.is_empty());
    assert!(!half.was_called.load(Ordering::SeqCst));
}

/// Goes on where the one fails that leaves half of a command behind.
#[derive(Command, Clone, Serialize, Deserialize)]
struct GoOnAlone {
    #[serde(skip)]
    half: Arc<Half>,
}

#[command_handler]
async fn go_on_alone(command: GoOnAlone, commands: CommandGateway, unit: UnitOfWork) {
    commands.send(LeaveHalf { fails: true, half: command.half }).await.unwrap_err();
    unit.publish(Noted { about: "own".to_owned() });
}

#[tokio::test]
async fn what_a_failed_command_has_left_behind_is_taken_back_with_it() {
    let app = two_accounts().await;
    let half = Arc::<Half>::default();
    app.commands().send(GoOnAlone { half: Arc::clone(&half) }).await.unwrap();
    assert_eq!(left(&half).await, "fault");
    assert_eq!(names(&app).await, ["Noted"]);
    assert!(!half.was_called.load(Ordering::SeqCst));
}

type Sent = Arc<Mutex<Option<JoinHandle<CommandError<Infallible>>>>>;

/// Asks for a pause, which is an effect.
#[derive(Command, Clone, Serialize, Deserialize)]
struct Wire {}

#[command_handler]
async fn wire(_: Wire, bank: Inject<dyn Pause>) -> Result<(), Infallible> {
    bank.pause().await;
    Ok(())
}

/// Ends while somebody else is asked.
#[derive(Command, Clone, Serialize, Deserialize)]
struct LeaveWire {
    #[serde(skip)]
    has_begun: Arc<Notify>,
    #[serde(skip)]
    sent: Sent,
}

#[command_handler]
async fn leave_wire(command: LeaveWire, commands: CommandGateway) -> Result<(), Infallible> {
    let sending = tokio::spawn(async move { commands.send(Wire {}).await.unwrap_err() });
    *command.sent.lock().unwrap() = Some(sending);
    command.has_begun.notified().await;
    Ok(())
}

#[tokio::test]
async fn an_effect_that_outlives_its_unit_is_told() {
    let pause = ManualPause::new();
    let app = builder(&pause, &Arc::default()).start().await.unwrap();
    let (has_begun, sent) = (Arc::<Notify>::default(), Sent::default());
    let leave = LeaveWire { has_begun: Arc::clone(&has_begun), sent: Arc::clone(&sent) };
    let begun = async {
        pause.until_asked().await;
        has_begun.notify_one();
    };
    let commands = app.commands();
    let (left, ()) = tokio::join!(commands.send(leave), begun);
    left.unwrap();
    pause.go.add_permits(1);
    let sent = sent.lock().unwrap().take().unwrap();
    let error = sent.await.unwrap();
    assert!(matches!(error, CommandError::Fault { .. }) && error.has_effects(), "{error}");
}

/// Holds `Wire` up before its handler.
struct HoldUp {
    has_begun: Arc<Notify>,
    go: Mutex<mpsc::Receiver<()>>,
}

impl HandlingInterceptor for HoldUp {
    fn before(&self, command: &CommandMessage<'_>, _: &mut Metadata) -> Result<(), Veto> {
        if command.name() == "Wire" {
            self.has_begun.notify_one();
            tokio::task::block_in_place(|| self.go.lock().unwrap().recv().unwrap());
        }
        Ok(())
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_effect_begins_once_its_unit_has_ended() {
    let (has_begun, (go, may_go)) = (Arc::<Notify>::default(), mpsc::channel());
    let hold_up = HoldUp { has_begun: Arc::clone(&has_begun), go: may_go.into() };
    let pause = ManualPause::new();
    pause.go.add_permits(1);
    let app = builder(&pause, &Arc::default()).handling_interceptor(hold_up).start().await.unwrap();
    let sent = Sent::default();
    let leave = LeaveWire { has_begun, sent: Arc::clone(&sent) };
    app.commands().send(leave).await.unwrap();
    go.send(()).unwrap();
    let sent = sent.lock().unwrap().take().unwrap();
    let error = sent.await.unwrap();
    assert!(matches!(error, CommandError::Fault { .. }) && !error.has_effects(), "{error}");
    assert_eq!(pause.asked.available_permits(), 0, "it was asked for nothing");
}

/// Sends it from a task that begins once this one waits.
#[derive(Command, Clone, Serialize, Deserialize)]
struct SpawnWire {}

#[command_handler]
async fn spawn_wire(_: SpawnWire, commands: CommandGateway, unit: UnitOfWork) {
    let sending = async move { commands.send(Wire {}).await };
    drop(tokio::spawn(sending));
    unit.publish(Noted { about: "wire".to_owned() });
}

#[tokio::test]
async fn an_effect_that_begins_while_the_decision_waits_for_its_place_is_told() {
    let log = MemoryLog::new().with_places(1);
    let pause = ManualPause::new();
    let app = builder(&pause, &Arc::default()).store(log.clone()).start().await.unwrap();
    let place = log.try_reserve().unwrap();
    let waits = Dispatch::new().within(Duration::from_millis(500));
    let error = app.commands().send_with(SpawnWire {}, waits).await.unwrap_err();
    assert!(matches!(error, CommandError::Append { .. }) && error.has_effects(), "{error}");
    assert_eq!(pause.asked.available_permits(), 1);
    drop(place);
}

/// Hands a guard to a callback, and ends.
#[derive(Command, Clone, Serialize, Deserialize)]
struct TakeAlong {
    /// It changes the account before.
    moves: bool,
}

#[command_handler]
async fn take_along(
    command: TakeAlong,
    accounts: Repository<Account>,
    unit: UnitOfWork,
) -> Result<(), HandlerError<Overdrawn>> {
    if command.moves {
        accounts.load(&"a".to_owned()).await?.apply(Moved { amount: 1 });
    }
    let account = accounts.load(&"a".to_owned()).await?;
    unit.after_commit(move || drop(account));
    Ok(())
}

/// Goes on where that fails, on the same account.
#[derive(Command, Clone, Serialize, Deserialize)]
struct SendTakeAlong(TakeAlong);

#[command_handler]
async fn send_take_along(
    command: SendTakeAlong,
    commands: CommandGateway,
    accounts: Repository<Account>,
) -> Result<String, HandlerError<Overdrawn>> {
    let told = commands.send(command.0).await.unwrap_err().to_string();
    accounts.load(&"a".to_owned()).await?.apply(Moved { amount: 10 });
    Ok(told)
}

#[tokio::test]
async fn a_guard_in_a_callback_comes_back_with_it() {
    for moves in [false, true] {
        let app = two_accounts().await;
        let told = app.commands().send(SendTakeAlong(TakeAlong { moves })).await.unwrap();
        assert!(told.contains("`Account a` is still held"), "{told}");
        app.commands().send(Deposit { account: "a".to_owned(), amount: 1 }).await.unwrap();
        assert_eq!(balance(&app, "a").await, 11, "nothing of the command that failed");
    }
}
