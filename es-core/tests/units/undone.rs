//! What a failed inner command takes back, and what it cannot leave to anybody.

use std::collections::HashMap;
use std::convert::Infallible;
use std::sync::{Arc, Mutex};

use es_core::command::CommandError;
use es_core::prelude::*;
use tokio::sync::Notify;
use tokio::task::JoinHandle;

use super::domain::*;
use super::{app, names};

/// Sends a command that succeeds, and fails itself.
#[derive(Command, Clone, Serialize, Deserialize)]
struct TellAndFail {
    #[serde(skip)]
    told: Arc<Mutex<Vec<&'static str>>>,
}

/// Asks to be told.
#[derive(Command, Clone, Serialize, Deserialize)]
struct TellInside {
    #[serde(skip)]
    told: Arc<Mutex<Vec<&'static str>>>,
}

#[command_handler]
fn tell_inside(command: TellInside, unit: UnitOfWork) {
    unit.after_commit(move || command.told.lock().unwrap().push("inside"));
}

#[command_handler]
async fn tell_and_fail(
    command: TellAndFail,
    commands: CommandGateway,
) -> Result<(), HandlerError<Overdrawn>> {
    let inside = TellInside { told: command.told };
    commands.send(inside).await.map_err(HandlerError::nested)?;
    Err(Overdrawn { missing: 1 }.into())
}

/// Goes on although the command it sends fails, and says how.
#[derive(Command, Clone, Serialize, Deserialize)]
struct GoOn(Without);

#[derive(Clone, Serialize, Deserialize)]
enum Without {
    Telling(#[serde(skip)] Arc<Mutex<Vec<&'static str>>>),
    Maps,
    Slow(#[serde(skip)] Arc<Slowness>),
}

#[command_handler]
async fn go_on(
    command: GoOn,
    commands: CommandGateway,
    unit: UnitOfWork,
) -> Result<String, Infallible> {
    let said = match command.0 {
        Without::Telling(told) => commands.send(TellAndFail { told }).await.unwrap_err().kind(),
        Without::Maps => commands.send(DrawMaps {}).await.unwrap_err().kind(),
        Without::Slow(slowness) => {
            let leave = LeaveSlow { slowness: Arc::clone(&slowness) };
            commands.send(leave).await.unwrap_err();
            slowness.go.notify_one();
            let left = slowness.left.lock().unwrap().take();
            left.unwrap().await.unwrap()
        }
    };
    unit.publish(Noted { about: "it goes on".to_owned() });
    Ok(said.to_owned())
}

#[tokio::test]
async fn a_command_that_fails_takes_back_the_callbacks_of_those_it_sent() {
    let (app, told) = (app().await, Arc::default());
    let go_on = GoOn(Without::Telling(Arc::clone(&told)));
    assert_eq!(app.commands().send(go_on).await.unwrap(), "rejected");
    assert!(told.lock().unwrap().is_empty(), "told of what is not stored");
    app.commands().send(TellInside { told: Arc::clone(&told) }).await.unwrap();
    assert_eq!(*told.lock().unwrap(), ["inside"]);
}

/// Cannot be encoded: JSON has no such keys.
#[derive(Event, Clone, Serialize, Deserialize)]
struct MapDrawn {
    by_place: HashMap<(u8, u8), u8>,
}

#[derive(Command, Clone, Serialize, Deserialize)]
struct DrawMaps {}

#[command_handler]
fn draw_maps(_: DrawMaps, unit: UnitOfWork) {
    let map = || MapDrawn { by_place: [((0, 0), 0)].into() };
    unit.publish(map()).publish(map());
}

#[tokio::test]
async fn a_command_that_fails_leaves_no_fault_to_its_sender_however_many_there_are() {
    let app = app().await;
    assert_eq!(app.commands().send(GoOn(Without::Maps)).await.unwrap(), "fault");
    assert_eq!(names(&app).await, ["Noted"]);
}

/// A command on a task of its own, and how far it is.
#[derive(Default)]
struct Slowness {
    left: Mutex<Option<JoinHandle<&'static str>>>,
    has_begun: Notify,
    go: Notify,
}

#[derive(Command, Clone, Serialize, Deserialize)]
struct GoSlow {
    #[serde(skip)]
    slowness: Arc<Slowness>,
}

#[command_handler]
async fn go_slow(command: GoSlow, unit: UnitOfWork) -> Result<(), Infallible> {
    unit.publish(Noted { about: "slow".to_owned() });
    command.slowness.has_begun.notify_one();
    command.slowness.go.notified().await;
    Ok(())
}

/// Fails while a command that it sent from a task is still at work.
#[derive(Command, Clone, Serialize, Deserialize)]
struct LeaveSlow {
    #[serde(skip)]
    slowness: Arc<Slowness>,
}

#[command_handler]
async fn leave_slow(command: LeaveSlow, commands: CommandGateway) -> Result<(), Overdrawn> {
    let slowness = command.slowness;
    let slow = GoSlow { slowness: Arc::clone(&slowness) };
    let sending = async move {
        let sent: Result<(), CommandError<Infallible>> = commands.send(slow).await;
        sent.map_or_else(|error| error.kind(), |()| "done")
    };
    *slowness.left.lock().unwrap() = Some(tokio::spawn(sending));
    slowness.has_begun.notified().await;
    Err(Overdrawn { missing: 1 })
}

#[tokio::test]
async fn a_command_that_outlives_the_failed_one_that_sent_it_is_taken_back_too() {
    let app = app().await;
    let go_on = GoOn(Without::Slow(Arc::default()));
    assert_eq!(app.commands().send(go_on).await.unwrap(), "fault");
    assert_eq!(names(&app).await, ["Noted"], "that of the one who goes on");
}
