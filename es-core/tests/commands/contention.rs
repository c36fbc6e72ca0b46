//! Others change the aggregate too: whose conflict it is, and how far commands run ahead then.

use std::time::Duration;

use es_core::command::CommandError;
use es_core::prelude::*;
use es_core::runtime::Limits;

use super::domain::*;
use super::logs::Gate;
use super::pipelining::{gated_with, somebody_else_puts, waits};

/// What never comes fails its story instead of holding it up.
async fn in_time<T>(awaited: impl Future<Output = T>) -> T {
    let ended = tokio::time::timeout(Duration::from_secs(10), awaited).await;
    ended.expect("nothing is held up at the gate")
}

/// Fails unless exactly so many batches of the shelf may be in flight at once.
async fn assert_width(app: &App, gate: &Gate, width: usize) {
    let before = app.repository::<Shelf>().load(&"a".to_owned()).await.unwrap().boxes;
    let commands = app.commands();
    let mut sending: Vec<_> = (0..=width).map(|_| Box::pin(commands.send(put("a", 1)))).collect();
    for sent in &mut sending {
        waits!(*sent);
    }
    // What waits for its turn is withdrawn with its caller; what is in flight is stored.
    drop(sending);
    gate.let_through(width + 1);
    let boxes = in_time(commands.send(take("a", 0))).await.unwrap();
    assert_eq!(boxes - before, width as u64, "so many were in flight");
}

#[tokio::test]
async fn an_undone_predecessor_is_no_conflict_of_the_commands_own() {
    let (app, gate, log) = gated_with(Limits { conflict_retries: 0, ..Limits::default() }).await;
    let commands = app.commands();
    let mut first = Box::pin(commands.send(put("a", 5)));
    waits!(first);
    let mut second = Box::pin(commands.send(put("a", 0)));
    waits!(second);
    gate.fail_one();
    gate.let_through(8);
    in_time(first).await.unwrap_err();
    in_time(second).await.unwrap();

    somebody_else_puts(&log, 1).await;
    let error = in_time(commands.send(put("a", 1))).await.unwrap_err();
    assert!(matches!(error, CommandError::Conflict { attempts: 1, .. }), "{error}");
}

#[tokio::test]
async fn after_somebody_elses_change_the_pipeline_shrinks_to_one_and_doubles_again() {
    let (app, gate, log) = gated_with(Limits::default()).await;
    somebody_else_puts(&log, 1).await;
    gate.let_through(2);
    let left = in_time(app.commands().send(take("a", 1))).await.unwrap();
    assert_eq!(left, 0, "decided again after the conflict");
    // That was a clean round with one in flight.
    for width in [2, 4, 8] {
        assert_width(&app, &gate, width).await;
    }
}

#[tokio::test]
async fn what_the_log_failed_to_store_shrinks_the_pipeline_too() {
    let (app, gate, _log) = gated_with(Limits::default()).await;
    gate.fail_one();
    in_time(app.commands().send(put("a", 5))).await.unwrap_err();
    assert_width(&app, &gate, 1).await;
}

#[tokio::test]
async fn a_conflict_on_what_was_only_read_shrinks_the_pipeline_too() {
    let (app, gate, log) = gated_with(Limits::default()).await;
    somebody_else_puts(&log, 1).await;
    gate.let_through(2);
    let counted = in_time(app.commands().send(count("a"))).await.unwrap();
    assert_eq!(counted, 1, "decided again after the conflict");
    assert_width(&app, &gate, 1).await;
}
