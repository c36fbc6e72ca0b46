//! A deadline counts until the hand-over to the log, also where nothing has to be waited for.

use std::sync::Arc;
use std::time::{Duration, Instant};

use es_core::command::CommandError;
use es_core::prelude::*;

use super::app;
use super::domain::*;

/// A command that a plain free function handles.
#[derive(Command, Clone, Serialize, Deserialize)]
struct Fall;

#[command_handler]
fn fall(_: Fall) {
    panic!("it fell");
}

async fn version(app: &App) -> Sequence {
    app.repository::<Shelf>().load(&"a".to_owned()).await.unwrap().version
}

#[tokio::test]
async fn a_deadline_that_has_passed_is_noticed_although_nothing_is_in_the_way() {
    let app = app().await;
    app.commands().send(set_up("a")).await.unwrap();
    let passed = Dispatch::new().deadline(Instant::now() - Duration::from_secs(1));
    let error = app.commands().send_with(put("a", 1), passed).await.unwrap_err();
    assert!(matches!(error, CommandError::DeadlineExceeded { .. }), "{error}");
    assert_eq!(version(&app).await, Sequence(0));
}

#[tokio::test]
async fn a_deadline_that_passes_while_a_plain_handler_runs_stores_nothing() {
    let app = app().await;
    app.commands().send(set_up("a")).await.unwrap();
    let dawdle = Dawdle { shelf: "a".to_owned(), until: Duration::from_millis(40) };
    let within = Dispatch::new().within(Duration::from_millis(10));
    let error = app.commands().send_with(dawdle, within).await.unwrap_err();
    assert!(matches!(error, CommandError::DeadlineExceeded { .. }), "{error}");
    assert_eq!(version(&app).await, Sequence(0));
    // What it had put is gone with it.
    assert_eq!(app.commands().send(take("a", 0)).await.unwrap(), 0);
}

#[test]
fn a_handler_has_thirty_seconds_unless_something_else_is_said() {
    let limits = es_core::runtime::Limits::default();
    assert_eq!(limits.handler_time, Duration::from_secs(30));
}

#[tokio::test]
async fn a_plain_handler_does_not_run_before_there_is_a_place_for_its_decision() {
    let log = es_core::store::MemoryLog::new().with_places(1);
    let (scale, _) = ManualScale::new();
    let app = App::test().store(log.clone()).with::<Shelf>().provide::<dyn Scale>(scale);
    let app = app.start().await.unwrap();
    let commands = app.commands();
    commands.send(set_up("a")).await.unwrap();
    let place = es_core::store::EventStore::try_reserve(&log).unwrap();
    let within = || Dispatch::new().within(Duration::from_millis(500));
    // Both handlers panic.
    let collapse = Collapse { shelf: "a".to_owned() };
    let error = commands.send_with(collapse.clone(), within()).await.unwrap_err();
    assert!(matches!(error, CommandError::Overloaded { .. }), "{error}");
    assert!(error.is_retryable());
    let error = commands.send_with(Fall, within()).await.unwrap_err();
    assert!(matches!(error, CommandError::Overloaded { .. }), "{error}");
    drop(place);
    let error = commands.send(collapse).await.unwrap_err();
    assert!(matches!(error, CommandError::Panicked { .. }), "{error}");
    let error = commands.send(Fall).await.unwrap_err();
    assert!(matches!(error, CommandError::Panicked { .. }), "{error}");
}

#[tokio::test]
async fn a_time_too_long_to_be_named_is_no_deadline() {
    let (scale, answer) = ManualScale::new();
    let limits = es_core::runtime::Limits { handler_time: Duration::MAX, ..Default::default() };
    let app = App::test()
        .with::<Shelf>()
        .provide::<dyn Scale>(Arc::clone(&scale) as Arc<dyn Scale>)
        .limits(limits)
        .start()
        .await
        .unwrap();
    app.commands().send(set_up("a")).await.unwrap();
    answer.send(3).await.unwrap();
    let for_ever = Dispatch::new().within(Duration::MAX);
    assert_eq!(app.commands().send_with(weigh("a"), for_ever).await.unwrap(), 3);
}

#[tokio::test]
async fn a_repetition_is_answered_although_its_stream_can_no_longer_be_folded() {
    let (scale, answer) = ManualScale::new();
    let log = es_core::store::MemoryLog::new();
    let before = App::test().store(log.clone()).with::<Shelf>().provide::<dyn Scale>(scale);
    let before = before.start().await.unwrap();
    let under = |key| Dispatch::new().id(CommandId::from_key(key));
    before.commands().send(set_up("a")).await.unwrap();
    before.commands().send(put("a", 3)).await.unwrap();
    before.commands().send_with(take("a", 1), under("take")).await.unwrap();
    answer.send(7).await.unwrap();
    before.commands().send_with(weigh("a"), under("weigh")).await.unwrap();
    before.commands().send(Curse { shelf: "a".to_owned() }).await.unwrap();
    drop(before);
    let (scale, _) = ManualScale::new();
    let after = App::test().store(log).with::<Shelf>().provide::<dyn Scale>(scale);
    let after = after.start().await.unwrap();
    after.commands().send(put("a", 1)).await.unwrap_err();
    assert_eq!(after.commands().send_with(take("a", 1), under("take")).await.unwrap(), 2);
    assert_eq!(after.commands().send_with(weigh("a"), under("weigh")).await.unwrap(), 7);
}

#[tokio::test]
async fn a_barrier_that_awaits_leaves_room_in_the_logs_queue() {
    let (scale, answer) = ManualScale::new();
    let log = es_core::store::MemoryLog::new().with_places(1);
    let app = App::test()
        .store(log)
        .with::<Shelf>()
        .provide::<dyn Scale>(Arc::clone(&scale) as Arc<dyn Scale>)
        .start()
        .await
        .unwrap();
    let commands = app.commands();
    commands.send(set_up("a")).await.unwrap();
    commands.send(set_up("b")).await.unwrap();
    let weighing = tokio::spawn({
        let commands = commands.clone();
        async move { commands.send(weigh("a")).await }
    });
    scale.until_asked().await;
    let within = Dispatch::new().within(Duration::from_secs(20));
    commands.send_with(put("b", 1), within).await.unwrap();
    answer.send(2).await.unwrap();
    weighing.await.unwrap().unwrap();
}
