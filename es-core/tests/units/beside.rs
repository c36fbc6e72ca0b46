//! What commands see of each other that a handler sends at once.

use std::convert::Infallible;
use std::sync::{Arc, Mutex, mpsc};

use es_core::command::{CommandError, CommandMessage, Handled, HandlingInterceptor};
use es_core::prelude::*;
use tokio::sync::Notify;
use tokio::task::JoinHandle;

use super::domain::*;
use super::{app, builder, names, open};

/// How far two commands are that know of each other.
#[derive(Default)]
struct Steps {
    first: Notify,
    second: Notify,
}

/// Changes something, and fails or succeeds once somebody has gone on from there.
#[derive(Command, Clone, Serialize, Deserialize)]
struct Change {
    what: Changes,
    fails: bool,
    #[serde(skip)]
    steps: Arc<Steps>,
}

#[derive(Clone, Copy, Serialize, Deserialize)]
enum Changes {
    Notes,
    Account,
}

#[command_handler]
async fn change(
    command: Change,
    commands: CommandGateway,
    unit: UnitOfWork,
) -> Result<(), HandlerError<Overdrawn>> {
    match command.what {
        Changes::Notes => drop(unit.publish(Noted { about: "x".to_owned() })),
        Changes::Account => {
            let deposit = Deposit { account: "a".to_owned(), amount: 5 };
            commands.send(deposit).await.map_err(HandlerError::nested)?;
        }
    }
    command.steps.first.notify_one();
    command.steps.second.notified().await;
    if command.fails { Err(Overdrawn { missing: 0 }.into()) } else { Ok(()) }
}

/// How much was noted of "x".
#[derive(Debug, Default)]
struct Notes(usize);

#[boundary]
impl Notes {
    #[criteria]
    fn of(_: &Echo) -> Criteria {
        Criteria::tag("about", "x")
    }

    #[event_sourcing_handler]
    fn on_noted(&mut self, _: &Noted) {
        self.0 += 1;
    }
}

/// Notes how much was noted, and how much there is on an account.
#[derive(Command, Clone, Serialize, Deserialize)]
struct Echo {
    /// Before it answers, somebody else goes on.
    waits: bool,
    #[serde(skip)]
    steps: Arc<Steps>,
}

#[command_handler]
async fn echo(
    command: Echo,
    notes: Boundary<Notes>,
    accounts: Repository<Account>,
    unit: UnitOfWork,
) -> Result<(), HandlerError<Overdrawn>> {
    let balance = accounts.load(&"a".to_owned()).await?.balance;
    unit.publish(Noted { about: format!("{} and {balance}", notes.0) });
    command.steps.second.notify_one();
    if command.waits {
        command.steps.first.notified().await;
    }
    Ok(())
}

/// Sends both, and goes on whatever comes of them.
#[derive(Command, Clone, Serialize, Deserialize)]
struct Both {
    what: Changes,
    fails: bool,
    /// Otherwise the change is there before the echo begins.
    echo_first: bool,
}

#[command_handler]
async fn both(command: Both, commands: CommandGateway) -> Result<[String; 2], Infallible> {
    let Both { what, fails, echo_first } = command;
    let steps = Arc::new(Steps::default());
    let changing = async {
        if echo_first {
            steps.second.notified().await;
            steps.second.notify_one();
        }
        told(commands.send(Change { what, fails, steps: Arc::clone(&steps) }).await)
    };
    let echoing = async {
        if !echo_first {
            steps.first.notified().await;
        }
        told(commands.send(Echo { waits: echo_first, steps: Arc::clone(&steps) }).await)
    };
    let (changed, echoed) = tokio::join!(changing, echoing);
    Ok([changed, echoed])
}

fn told<R>(sent: Result<R, CommandError<Overdrawn>>) -> String {
    sent.map_or_else(|error| error.kind(), |_| "done").to_owned()
}

async fn is_not_stored(what: Changes, text: &str) {
    let app = app().await;
    open(&app, "a", 0).await;
    let both = Both { what, fails: true, echo_first: false };
    let error = app.commands().send(both).await.unwrap_err();
    assert!(matches!(error, CommandError::Fault { .. }), "{error}");
    assert!(error.to_string().contains(text), "{error}");
    assert!(names(&app).await.is_empty());
}

#[tokio::test]
async fn what_was_decided_on_a_boundary_whose_events_are_taken_back_is_not_stored() {
    is_not_stored(Changes::Notes, "a command that failed changed `Noted` beside another").await;
}

#[tokio::test]
async fn what_was_decided_on_an_aggregate_whose_events_are_taken_back_is_not_stored() {
    is_not_stored(Changes::Account, "a command that failed changed `Account").await;
}

/// Holds the account while the one fails that has changed it, and goes on from there.
#[derive(Command, Clone, Serialize, Deserialize)]
struct HoldWhatFails {}

#[command_handler]
async fn hold_what_fails(
    _: HoldWhatFails,
    commands: CommandGateway,
    accounts: Repository<Account>,
) -> Result<i64, HandlerError<Overdrawn>> {
    let steps = Arc::new(Steps::default());
    let holding = async {
        steps.first.notified().await;
        let account = accounts.load(&"a".to_owned()).await;
        steps.second.notify_one();
        account
    };
    let change = Change { what: Changes::Account, fails: true, steps: Arc::clone(&steps) };
    let (changed, held) = tokio::join!(commands.send(change), holding);
    assert_eq!(told(changed), "rejected");
    let mut account = held?;
    account.apply(Moved { amount: 1 });
    Ok(account.balance)
}

#[tokio::test]
async fn nor_what_was_decided_with_a_guard_that_was_held_while_they_were_taken_back() {
    let app = app().await;
    open(&app, "a", 0).await;
    let error = app.commands().send(HoldWhatFails {}).await.unwrap_err();
    let text = "a command that failed changed `Account a` beside another";
    assert!(error.to_string().contains(text), "{error}");
    assert!(names(&app).await.is_empty());
}

#[tokio::test]
async fn a_command_fails_whose_boundary_changes_while_it_decides() {
    let app = app().await;
    open(&app, "a", 0).await;
    let both = Both { what: Changes::Notes, fails: false, echo_first: true };
    assert_eq!(app.commands().send(both).await.unwrap(), ["done", "fault"]);
    assert_eq!(names(&app).await, ["Noted"], "only the change");
}

#[tokio::test]
async fn what_stays_may_have_been_seen() {
    let app = app().await;
    open(&app, "a", 0).await;
    for what in [Changes::Notes, Changes::Account] {
        let both = Both { what, fails: false, echo_first: false };
        assert_eq!(app.commands().send(both).await.unwrap(), ["done", "done"]);
    }
    assert_eq!(names(&app).await, ["Noted", "Noted", "Moved", "Noted"]);
}

/// Holds `Slow` up between its handler's end and its own.
struct HoldUp {
    has_begun: Arc<Notify>,
    go: Mutex<mpsc::Receiver<()>>,
}

impl HandlingInterceptor for HoldUp {
    fn after(&self, command: &CommandMessage<'_>, _: Handled<'_>) -> Result<(), Veto> {
        if command.name() == "Slow" {
            self.has_begun.notify_one();
            tokio::task::block_in_place(|| self.go.lock().unwrap().recv().unwrap());
        }
        Ok(())
    }
}

#[derive(Command, Clone, Serialize, Deserialize)]
struct Slow {}

#[command_handler]
fn slow(_: Slow, unit: UnitOfWork) {
    unit.publish(Noted { about: "slow".to_owned() });
}

type Left = Arc<Mutex<Option<JoinHandle<&'static str>>>>;

/// Fails while a command that it sent from a task is about to end.
#[derive(Command, Clone, Serialize, Deserialize)]
struct Abandon {
    #[serde(skip)]
    has_begun: Arc<Notify>,
    #[serde(skip)]
    left: Left,
}

#[command_handler]
async fn abandon(command: Abandon, commands: CommandGateway) -> Result<(), Overdrawn> {
    let sending = async move {
        let sent: Result<(), CommandError<Infallible>> = commands.send(Slow {}).await;
        sent.map_or_else(|error| error.kind(), |()| "done")
    };
    *command.left.lock().unwrap() = Some(tokio::spawn(sending));
    command.has_begun.notified().await;
    Err(Overdrawn { missing: 1 })
}

/// Goes on without it.
#[derive(Command, Clone, Serialize, Deserialize)]
struct GoOnWithout {
    #[serde(skip)]
    has_begun: Arc<Notify>,
    #[serde(skip)]
    go: Option<mpsc::Sender<()>>,
}

#[command_handler]
async fn go_on_without(
    command: GoOnWithout,
    commands: CommandGateway,
) -> Result<String, Infallible> {
    let GoOnWithout { has_begun, go } = command;
    let left = Left::default();
    commands.send(Abandon { has_begun, left: Arc::clone(&left) }).await.unwrap_err();
    go.unwrap().send(()).unwrap();
    let left = left.lock().unwrap().take();
    Ok(left.unwrap().await.unwrap().to_owned())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_command_ends_in_vain_where_the_one_that_sent_it_has_failed_meanwhile() {
    let (has_begun, (go, may_go)) = (Arc::<Notify>::default(), mpsc::channel());
    let hold_up = HoldUp { has_begun: Arc::clone(&has_begun), go: may_go.into() };
    let app = builder(&ManualPause::new(), &Arc::default())
        .handling_interceptor(hold_up)
        .start()
        .await
        .unwrap();
    let go_on = GoOnWithout { has_begun, go: Some(go) };
    assert_eq!(app.commands().send(go_on).await.unwrap(), "fault");
    assert!(names(&app).await.is_empty());
}

/// Leaves a task behind that has seen what it notes, and fails.
#[derive(Command, Clone, Serialize, Deserialize)]
struct LeaveEcho {
    #[serde(skip)]
    steps: Arc<Steps>,
}

#[command_handler]
async fn leave_echo(
    command: LeaveEcho,
    commands: CommandGateway,
    unit: UnitOfWork,
) -> Result<(), Overdrawn> {
    unit.publish(Noted { about: "x".to_owned() });
    let steps = Arc::clone(&command.steps);
    let echo = Echo { waits: true, steps: Arc::clone(&steps) };
    tokio::spawn(async move { drop(commands.send(echo).await) });
    steps.second.notified().await;
    Err(Overdrawn { missing: 0 })
}

#[derive(Command, Clone, Serialize, Deserialize)]
struct GoOnAfterwards {}

#[command_handler]
async fn go_on_afterwards(_: GoOnAfterwards, commands: CommandGateway, unit: UnitOfWork) {
    let steps = Arc::<Steps>::default();
    commands.send(LeaveEcho { steps: Arc::clone(&steps) }).await.unwrap_err();
    unit.publish(Noted { about: "own".to_owned() });
    steps.first.notify_one();
}

#[tokio::test]
async fn what_a_failed_command_has_sent_itself_is_not_beside_it() {
    let app = app().await;
    open(&app, "a", 0).await;
    app.commands().send(GoOnAfterwards {}).await.unwrap();
}
