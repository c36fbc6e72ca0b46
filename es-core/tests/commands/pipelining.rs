//! Commands are decided on what their predecessors left, before that is durable; and never answered
//! before it is.

use std::sync::Arc;
use std::time::Duration;

use es_core::command::CommandError;
use es_core::event::{EventId, StreamId, Tenant};
use es_core::prelude::*;
use es_core::runtime::Limits;
use es_core::store::{Append, EventStore, Expectation, Expected, MemoryLog, NewEvent};

use super::domain::*;
use super::logs::{Gate, GatedLog, append_now};

async fn gated() -> (App, Gate, MemoryLog) {
    gated_with(Limits::default()).await
}

/// An application with the empty shelf `a`, on a log whose writer waits at a gate.
pub(super) async fn gated_with(limits: Limits) -> (App, Gate, MemoryLog) {
    let (log, gate) = GatedLog::new();
    let inner = log.inner.clone();
    let (scale, _) = ManualScale::new();
    let builder = App::test().store(log).with::<Shelf>().provide::<dyn Scale>(scale);
    let app = builder.limits(limits).start().await.unwrap();
    gate.let_through(1);
    app.commands().send(set_up("a")).await.unwrap();
    (app, gate, inner)
}

/// Polls a future a few times and tells that it is not ready.
macro_rules! waits {
    ($future:expr) => {
        for _ in 0..8 {
            tokio::task::yield_now().await;
            let ended = $crate::poll_once(&mut $future).is_some();
            assert!(!ended, "it was answered before it was durable");
        }
    };
}
pub(super) use waits;

#[tokio::test]
async fn the_next_command_is_decided_before_its_predecessor_is_durable() {
    let (app, gate, log) = gated().await;
    let commands = app.commands();
    let mut first = Box::pin(commands.send(put("a", 5)));
    waits!(first);
    let mut second = Box::pin(commands.send(take("a", 2)));
    waits!(second);
    gate.let_through(2);
    first.await.unwrap();
    assert_eq!(second.await.unwrap(), 3, "decided on the five boxes that were not durable yet");
    assert_eq!(log.head(Default::default()).await.unwrap(), Position(3));
}

#[tokio::test]
async fn a_rejection_waits_for_what_it_was_decided_on() {
    let (app, gate, _) = gated().await;
    let commands = app.commands();
    let mut first = Box::pin(commands.send(put("a", 5)));
    waits!(first);
    let mut refused = Box::pin(commands.send(take("a", 6)));
    waits!(refused);
    gate.let_through(2);
    first.await.unwrap();
    let error = refused.await.unwrap_err();
    assert_eq!(error.rejection(), Some(&ShelfError::TooFew { there: 5 }));
}

#[tokio::test]
async fn a_command_whose_predecessor_failed_is_decided_again_on_what_is_there() {
    let (app, gate, _) = gated().await;
    let commands = app.commands();
    let mut first = Box::pin(commands.send(put("a", 5)));
    waits!(first);
    let mut second = Box::pin(commands.send(take("a", 2)));
    waits!(second);
    gate.fail_one();
    gate.let_through(8);
    assert!(first.await.unwrap_err().is_retryable());
    let error = second.await.unwrap_err();
    assert_eq!(error.rejection(), Some(&ShelfError::TooFew { there: 0 }));
}

// P and S are pipelined, Q is committed by somebody else in between, P fails: S finds the version
// it expects and must be undone all the same.
#[tokio::test]
async fn a_version_number_that_fits_does_not_save_a_command_whose_predecessor_failed() {
    let (app, gate, log) = gated().await;
    let commands = app.commands();
    let mut p = Box::pin(commands.send(put("a", 5)));
    waits!(p);
    let mut s = Box::pin(commands.send(take("a", 2)));
    waits!(s);
    somebody_else_puts(&log, 1).await;
    gate.let_through(16);
    p.await.unwrap();
    // P was decided again behind Q; S too, so it saw six boxes.
    assert_eq!(s.await.unwrap(), 4);
    let shelf = app.repository::<Shelf>().load(&"a".to_owned()).await.unwrap();
    assert_eq!((shelf.boxes, shelf.version), (4, Sequence(3)));
}

/// Stores that another application put boxes on the shelf `a`, as its first change.
pub(super) async fn somebody_else_puts(log: &MemoryLog, boxes: u64) {
    let (log, batch) = (log.clone(), boxes_put(boxes));
    tokio::task::spawn_blocking(move || append_now(&log, batch)).await.unwrap().unwrap();
}

fn boxes_put(boxes: u64) -> Append {
    let stream = StreamId::new(&Tenant::default(), "Shelf", "a").unwrap();
    Append {
        expectations: [Expectation {
            stream: stream.clone(),
            expected: Expected::Exact(Sequence(0)),
        }]
        .into_iter()
        .collect(),
        events: vec![NewEvent {
            id: EventId::generate(),
            stream: Some(stream),
            name: "BoxesPut".into(),
            revision: 0,
            payload: serde_json::to_vec(&BoxesPut { boxes }).unwrap().into(),
            metadata: Metadata::new(),
            tags: Vec::new(),
        }],
        ..Append::default()
    }
}

#[tokio::test]
async fn dropping_the_caller_after_the_decision_loses_only_the_reply() {
    let (app, gate, _) = gated().await;
    let commands = app.commands();
    let mut first = Box::pin(commands.send(put("a", 5)));
    waits!(first);
    drop(first);
    let mut second = Box::pin(commands.send(take("a", 1)));
    waits!(second);
    gate.let_through(2);
    assert_eq!(second.await.unwrap(), 4);
}

#[tokio::test]
async fn a_failure_that_nobody_waits_for_still_drops_the_live_state() {
    let (app, gate, _) = gated().await;
    let commands = app.commands();
    let mut first = Box::pin(commands.send(put("a", 5)));
    waits!(first);
    drop(first);
    gate.fail_one();
    gate.let_through(8);
    let error = commands.send(take("a", 1)).await.unwrap_err();
    assert_eq!(error.rejection(), Some(&ShelfError::TooFew { there: 0 }));
}

#[tokio::test]
async fn a_repetition_of_a_command_in_flight_waits_for_its_commit() {
    let (app, gate, log) = gated().await;
    let commands = app.commands();
    let under = Dispatch::new().id(CommandId::from_key("k"));
    let mut first = Box::pin(commands.send_with(put("a", 5), under.clone()));
    waits!(first);
    let mut again = Box::pin(commands.send_with(put("a", 5), under));
    waits!(again);
    gate.let_through(8);
    first.await.unwrap();
    again.await.unwrap();
    assert_eq!(log.head(Default::default()).await.unwrap(), Position(2));
}

#[tokio::test]
async fn a_deadline_after_the_hand_over_leaves_the_outcome_unknown() {
    let (app, gate, _) = gated().await;
    let id = CommandId::from_key("k");
    let commands = app.commands();
    let under = || Dispatch::new().id(id);
    let late = commands.send_with(put("a", 5), under().within(Duration::from_millis(500))).await;
    let error = late.unwrap_err();
    assert!(matches!(error, CommandError::OutcomeUnknown { .. }), "{error}");
    assert!(error.is_retryable());
    gate.let_through(8);
    commands.send_with(put("a", 5), under()).await.unwrap();
    let shelf = app.repository::<Shelf>().load(&"a".to_owned()).await.unwrap();
    assert_eq!(shelf.boxes, 5, "sent twice under one id, stored once");
}

#[tokio::test]
async fn a_deadline_before_the_answer_to_what_stores_nothing_leaves_no_doubt() {
    let (app, gate, log) = gated().await;
    let commands = app.commands();
    let within = || Dispatch::new().within(Duration::from_millis(500));
    let refused = commands.send_with(take("a", 6), within()).await.unwrap_err();
    assert_eq!(refused.kind(), "deadline_exceeded", "{refused}");
    let nothing = commands.send_with(put("a", 0), within()).await.unwrap_err();
    assert_eq!(nothing.kind(), "deadline_exceeded", "{nothing}");
    let awaiting = commands.send_with(count("a"), within()).await.unwrap_err();
    assert_eq!(awaiting.kind(), "deadline_exceeded", "{awaiting}");
    gate.let_through(8);
    assert_eq!(commands.send(count("a")).await.unwrap(), 0);
    assert_eq!(log.head(Default::default()).await.unwrap(), Position(1), "nothing was stored");
}

#[tokio::test]
async fn a_deadline_before_the_turn_stores_nothing() {
    let (scale, answer) = ManualScale::new();
    let app = super::app_with(Arc::clone(&scale) as Arc<dyn Scale>).await;
    let commands = app.commands();
    commands.send(set_up("a")).await.unwrap();
    let weighing = tokio::spawn({
        let commands = commands.clone();
        async move { commands.send(weigh("a")).await }
    });
    scale.until_asked().await;
    let within = Dispatch::new().within(Duration::from_millis(20));
    let error = commands.send_with(put("a", 5), within).await.unwrap_err();
    assert!(matches!(error, CommandError::DeadlineExceeded { .. }), "{error}");
    answer.send(1).await.unwrap();
    weighing.await.unwrap().unwrap();
    assert_eq!(commands.send(take("a", 0)).await.unwrap(), 0);
}
