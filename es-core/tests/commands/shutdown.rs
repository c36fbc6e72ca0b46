use std::convert::Infallible;
use std::time::Duration;

use es_core::command::CommandError;
use es_core::event::Position;
use es_core::prelude::*;
use es_core::store::Filter;
use tokio::task::JoinSet;

use super::domain::*;
use super::{app, app_with};

/// Weighs nothing, and puts boxes on a shelf afterwards.
#[derive(Command, Clone, Serialize, Deserialize)]
struct PutLater {
    shelf: String,
    /// Another gateway than that of the unit of work, as a service may have one.
    #[serde(skip)]
    through: Option<CommandGateway>,
}

#[command_handler]
async fn put_later(
    command: PutLater,
    scale: Inject<dyn Scale>,
    commands: CommandGateway,
) -> Result<(), HandlerError<Infallible>> {
    let boxes = scale.weigh(0).await.map_err(Fault::from)?;
    let commands = command.through.unwrap_or(commands);
    commands.send(put(&command.shelf, boxes)).await.map_err(HandlerError::nested)
}

#[tokio::test]
async fn a_closed_application_takes_no_commands() {
    let app = app().await;
    let commands = app.commands();
    commands.send(set_up("a")).await.unwrap();
    app.shutdown(Duration::from_secs(5)).await.unwrap();
    let error = commands.send(put("a", 1)).await.unwrap_err();
    assert!(matches!(error, CommandError::ShuttingDown { .. }), "{error}");
}

#[tokio::test]
async fn shutting_down_waits_for_running_handlers() {
    let (scale, answer) = ManualScale::new();
    let app = app_with(scale.clone()).await;
    let commands = app.commands();
    commands.send(set_up("a")).await.unwrap();
    let weighing = tokio::spawn(async move { commands.send(weigh("a")).await });
    scale.until_asked().await;
    let stopping = tokio::spawn(app.shutdown(Duration::from_secs(30)));
    answer.send(7).await.unwrap();
    stopping.await.unwrap().unwrap();
    assert_eq!(weighing.await.unwrap().unwrap(), 7);
}

async fn is_taken(through: impl FnOnce(&App) -> Option<CommandGateway>) {
    let (scale, answer) = ManualScale::new();
    let app = app_with(scale.clone()).await;
    let (commands, shelves) = (app.commands(), app.repository::<Shelf>());
    commands.send(set_up("a")).await.unwrap();
    let later = PutLater { shelf: "a".to_owned(), through: through(&app) };
    let putting = tokio::spawn({
        let commands = commands.clone();
        async move { commands.send(later).await }
    });
    scale.until_asked().await;
    let mut stopping = Box::pin(app.shutdown(Duration::from_secs(30)));
    assert!(super::poll_once(&mut stopping).is_none(), "somebody is at work");
    let error = commands.send(put("a", 1)).await.unwrap_err();
    assert!(matches!(error, CommandError::ShuttingDown { .. }), "{error}");
    answer.send(7).await.unwrap();
    putting.await.unwrap().unwrap();
    assert_eq!(shelves.load(&"a".to_owned()).await.unwrap().boxes, 7);
    stopping.await.unwrap();
}

#[tokio::test]
async fn what_a_running_handler_sends_is_taken_while_others_are_refused() {
    is_taken(|_| None).await;
    is_taken(|app| Some(app.commands())).await;
}

#[tokio::test]
async fn what_a_handler_of_another_application_sends_is_refused_too() {
    let (scale, answer) = ManualScale::new();
    let app = app_with(scale.clone()).await;
    let (commands, shelves) = (app.commands(), app.repository::<Shelf>());
    for shelf in ["a", "b"] {
        commands.send(set_up(shelf)).await.unwrap();
    }
    let weighing = tokio::spawn({
        let commands = commands.clone();
        async move { commands.send(weigh("a")).await }
    });
    scale.until_asked().await;
    let mut stopping = Box::pin(app.shutdown(Duration::from_secs(30)));
    assert!(super::poll_once(&mut stopping).is_none(), "somebody is at work");

    let (scale, others_answer) = ManualScale::new();
    let other = app_with(scale).await;
    others_answer.send(3).await.unwrap();
    let later = PutLater { shelf: "b".to_owned(), through: Some(commands) };
    let error = other.commands().send(later).await.unwrap_err().to_string();
    assert!(error.contains("the application is shutting down"), "{error}");
    answer.send(7).await.unwrap();
    weighing.await.unwrap().unwrap();
    assert_eq!(shelves.load(&"b".to_owned()).await.unwrap().boxes, 0);
    stopping.await.unwrap();
}

#[tokio::test]
async fn what_a_running_handler_stores_is_seen_by_subscribers() {
    let (scale, answer) = ManualScale::new();
    let app = app_with(scale.clone()).await;
    let mut weighing = JoinSet::new();
    for shelf in ["a", "b"] {
        let commands = app.commands();
        commands.send(set_up(shelf)).await.unwrap();
        weighing.spawn(async move { commands.send(weigh(shelf)).await });
        scale.until_asked().await;
    }
    let mut events = app.events().subscribe(Filter::all()).await.unwrap();
    let mut next = Box::pin(events.next());
    assert!(super::poll_once(&mut next).is_none(), "nothing new is stored");
    let stopping = tokio::spawn(app.shutdown(Duration::from_secs(30)));
    answer.send(7).await.unwrap();
    weighing.join_next().await.unwrap().unwrap().unwrap();
    let event = next.await.unwrap().expect("the other handler runs");
    assert_eq!(event.position, Position(3));
    answer.send(8).await.unwrap();
    stopping.await.unwrap().unwrap();
}

#[tokio::test]
async fn a_shutdown_that_runs_out_of_time_says_what_was_running() {
    let (scale, _answer) = ManualScale::new();
    let app = app_with(scale.clone()).await;
    let commands = app.commands();
    commands.send(set_up("a")).await.unwrap();
    let weighing = tokio::spawn(async move { commands.send(weigh("a")).await });
    scale.until_asked().await;
    let error = app.shutdown(Duration::from_millis(20)).await.unwrap_err().to_string();
    assert!(error.contains("commands"), "{error}");
    weighing.abort();
}
