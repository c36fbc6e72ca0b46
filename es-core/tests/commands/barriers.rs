//! Asynchronous handlers may have effects outside, so they are barriers.

use std::sync::Arc;
use std::time::Duration;

use es_core::command::CommandError;
use es_core::event::{EventId, StreamId, Tenant};
use es_core::prelude::*;
use es_core::runtime::Limits;
use es_core::store::{Append, MemoryLog, NewEvent};

use super::domain::*;
use super::logs::{GatedLog, append_now};
use super::{app_with, poll_once};

#[tokio::test]
async fn a_barrier_starts_only_when_its_state_is_durable() {
    let (log, gate) = GatedLog::new();
    let (scale, answer) = ManualScale::new();
    let app = App::test()
        .store(log)
        .with::<Shelf>()
        .provide::<dyn Scale>(Arc::clone(&scale) as Arc<dyn Scale>)
        .start()
        .await
        .unwrap();
    let commands = app.commands();
    gate.let_through(1);
    commands.send(set_up("a")).await.unwrap();
    let mut put = Box::pin(commands.send(put("a", 5)));
    assert!(poll_once(&mut put).is_none());
    let mut weighing = Box::pin(commands.send(weigh("a")));
    for _ in 0..16 {
        tokio::task::yield_now().await;
        assert!(poll_once(&mut weighing).is_none());
    }
    assert_eq!(scale.asked.available_permits(), 0, "weighed before the boxes were durable");
    gate.let_through(2);
    answer.send(9).await.unwrap();
    assert_eq!(weighing.await.unwrap(), 9);
    put.await.unwrap();
}

#[tokio::test]
async fn a_handler_that_awaits_goes_on_without_its_caller() {
    let (scale, answer) = ManualScale::new();
    let app = app_with(Arc::clone(&scale) as Arc<dyn Scale>).await;
    let commands = app.commands();
    commands.send(set_up("a")).await.unwrap();
    let caller = tokio::spawn({
        let commands = commands.clone();
        async move { commands.send(weigh("a")).await }
    });
    scale.until_asked().await;
    caller.abort();
    answer.send(4).await.unwrap();
    commands.send(put("a", 1)).await.unwrap();
    let shelf = app.repository::<Shelf>().load(&"a".to_owned()).await.unwrap();
    assert_eq!((shelf.kilograms, shelf.version), (4, Sequence(2)));
}

// Waiting here is how two handlers would come to wait for each other.
#[tokio::test]
async fn a_handler_that_loads_an_aggregate_does_not_wait_for_its_turn() {
    let (scale, answer) = ManualScale::new();
    let app = app_with(Arc::clone(&scale) as Arc<dyn Scale>).await;
    let commands = app.commands();
    commands.send(set_up("a")).await.unwrap();
    commands.send(put("a", 3)).await.unwrap();
    let weighing = tokio::spawn({
        let commands = commands.clone();
        async move { commands.send(weigh("a")).await }
    });
    scale.until_asked().await;
    let counting = tokio::time::timeout(Duration::from_secs(10), commands.send(count("a"))).await;
    assert_eq!(counting.expect("nobody is waited for").unwrap(), 3);
    answer.send(4).await.unwrap();
    assert_eq!(weighing.await.unwrap().unwrap(), 4);
}

#[tokio::test]
async fn a_conflict_is_told_and_the_effect_is_not_repeated() {
    let (app, log, scale, answer) = shared_log().await;
    let weighing = tokio::spawn({
        let commands = app.commands();
        async move { commands.send(weigh("a")).await }
    });
    scale.until_asked().await;
    somebody_else_puts(log).await;
    for kilograms in [4, 5] {
        answer.send(kilograms).await.unwrap();
    }
    let error = weighing.await.unwrap().unwrap_err();
    assert!(matches!(error, CommandError::Conflict { attempts: 1, .. }), "{error}");
    assert!(error.has_effects() && !error.is_retryable());
    let advice = "its handler may have had effects outside, so find out before you send the \
                  command again";
    assert!(error.to_string().ends_with(&format!("was changed by others; {advice}")), "{error}");
    assert_eq!(scale.asked.available_permits(), 0, "the scale was asked a second time");
}

#[tokio::test]
async fn a_handler_that_allows_it_is_run_again_after_a_conflict() {
    let (app, log, scale, answer) = shared_log().await;
    let weighing = tokio::spawn({
        let commands = app.commands();
        async move { commands.send(WeighAgain { shelf: "a".to_owned() }).await }
    });
    scale.until_asked().await;
    somebody_else_puts(log).await;
    answer.send(4).await.unwrap();
    scale.until_asked().await;
    answer.send(5).await.unwrap();
    assert_eq!(weighing.await.unwrap().unwrap(), 5);
}

#[tokio::test]
async fn a_conflict_of_a_plain_handler_is_decided_again_unseen() {
    let (app, log, _, _) = shared_log().await;
    somebody_else_puts(log).await;
    assert_eq!(app.commands().send(take("a", 1)).await.unwrap(), 0);
}

#[tokio::test]
async fn a_fault_of_a_resource_is_no_rejection() {
    let (scale, answer) = ManualScale::new();
    drop(answer);
    let app = app_with(scale).await;
    let commands = app.commands();
    commands.send(set_up("a")).await.unwrap();
    let error = commands.send(weigh("a")).await.unwrap_err();
    assert!(matches!(error, CommandError::Fault { .. }), "{error}");
    assert_eq!(error.to_string(), "the scale is broken");
    assert!(!error.is_rejection());
    assert!(error.has_effects() && !error.is_retryable());
    let error = commands.send(WeighAgain { shelf: "a".to_owned() }).await.unwrap_err();
    assert!(error.is_retryable() && !error.has_effects(), "it says that it may be repeated");
}

#[tokio::test]
async fn a_handler_that_never_returns_is_cut_off_and_frees_the_turn() {
    let (scale, _answer) = ManualScale::new();
    let limits = Limits { handler_time: Duration::from_millis(20), ..Limits::default() };
    let app = App::test()
        .with::<Shelf>()
        .provide::<dyn Scale>(scale)
        .limits(limits)
        .start()
        .await
        .unwrap();
    let commands = app.commands();
    commands.send(set_up("a")).await.unwrap();
    let error = commands.send(weigh("a")).await.unwrap_err();
    assert!(matches!(error, CommandError::HandlerTimedOut { .. }), "{error}");
    assert!(error.has_effects() && !error.is_retryable());
    commands.send(put("a", 1)).await.unwrap();
}

#[tokio::test]
async fn a_deadline_counts_while_the_handler_awaits() {
    let (scale, _answer) = ManualScale::new();
    let app = app_with(scale).await;
    let commands = app.commands();
    commands.send(set_up("a")).await.unwrap();
    let within = Dispatch::new().within(Duration::from_millis(500));
    let error = commands.send_with(weigh("a"), within).await.unwrap_err();
    assert!(matches!(error, CommandError::DeadlineExceeded { .. }), "{error}");
    assert!(error.has_effects() && !error.is_retryable());
    let shelf = app.repository::<Shelf>().load(&"a".to_owned()).await.unwrap();
    assert_eq!(shelf.version, Sequence(0));
}

pub(super) type Answers = tokio::sync::mpsc::Sender<u64>;

pub(super) async fn shared_log() -> (App, MemoryLog, Arc<ManualScale>, Answers) {
    let log = MemoryLog::new();
    let (scale, answer) = ManualScale::new();
    let app = App::test()
        .store(log.clone())
        .with::<Shelf>()
        .provide::<dyn Scale>(Arc::clone(&scale) as Arc<dyn Scale>)
        .start()
        .await
        .unwrap();
    app.commands().send(set_up("a")).await.unwrap();
    (app, log, scale, answer)
}

async fn somebody_else_puts(log: MemoryLog) {
    let event = NewEvent {
        id: EventId::generate(),
        stream: Some(StreamId::new(&Tenant::default(), "Shelf", "a").unwrap()),
        name: "BoxesPut".into(),
        revision: 0,
        payload: serde_json::to_vec(&BoxesPut { boxes: 1 }).unwrap().into(),
        metadata: Metadata::new(),
        tags: Vec::new(),
    };
    let batch = Append { events: vec![event], ..Append::default() };
    tokio::task::spawn_blocking(move || append_now(&log, batch)).await.unwrap().unwrap();
}
