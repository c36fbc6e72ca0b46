use std::convert::Infallible;
use std::time::Duration;

use es_core::command::CommandError;
use es_core::prelude::*;

use super::domain::*;
use super::{app, app_with};

/// Weighs nothing, and puts boxes on a shelf afterwards.
#[derive(Command, Debug, Clone, Serialize, Deserialize)]
struct PutLater {
    shelf: String,
}

#[command_handler]
async fn put_later(
    command: PutLater,
    scale: Inject<dyn Scale>,
    commands: CommandGateway,
) -> Result<(), HandlerError<Infallible>> {
    let boxes = scale.weigh(0).await.map_err(Fault::from)?;
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

#[tokio::test]
async fn what_a_running_handler_sends_is_taken_while_others_are_refused() {
    let (scale, answer) = ManualScale::new();
    let app = app_with(scale.clone()).await;
    let (commands, shelves) = (app.commands(), app.repository::<Shelf>());
    commands.send(set_up("a")).await.unwrap();
    let putting = tokio::spawn({
        let commands = commands.clone();
        async move { commands.send(PutLater { shelf: "a".to_owned() }).await }
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
