use std::time::Duration;

use es_core::command::CommandError;

use super::domain::*;
use super::{app, app_with};

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
