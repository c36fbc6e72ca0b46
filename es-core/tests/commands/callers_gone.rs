//! Whoever goes away loses the reply: from the handler's start on a command is carried out, also
//! where it has to be decided again.

use std::time::Duration;

use es_core::prelude::*;
use es_core::runtime::Limits;

use super::barriers::shared_log;
use super::domain::*;
use super::pipelining::{gated_with, somebody_else_puts, waits};

/// Waits until somebody has gone on with what was left.
async fn until(app: &App, wanted: impl Fn(&Shelf) -> bool) {
    let repository = app.repository::<Shelf>();
    let waiting = async {
        while !wanted(&repository.load(&"a".to_owned()).await.unwrap()) {
            tokio::task::yield_now().await;
        }
    };
    let waited = tokio::time::timeout(Duration::from_secs(10), waiting).await;
    assert!(waited.is_ok(), "nobody went on with it");
}

#[tokio::test]
async fn a_plain_handler_is_run_again_after_a_conflict() {
    let (app, gate, log) = gated_with(Limits::default()).await;
    let commands = app.commands();
    let mut putting = Box::pin(commands.send(put("a", 5)));
    waits!(putting);
    somebody_else_puts(&log, 1).await;
    drop(putting);
    gate.let_through(2);
    until(&app, |shelf| shelf.boxes == 6).await;
}

#[tokio::test]
async fn a_plain_handler_is_run_again_behind_what_was_never_stored() {
    let (app, gate, _log) = gated_with(Limits::default()).await;
    let commands = app.commands();
    let mut first = Box::pin(commands.send(put("a", 100)));
    waits!(first);
    let mut second = Box::pin(commands.send(put("a", 5)));
    waits!(second);
    drop(second);
    gate.fail_one();
    gate.let_through(2);
    first.await.unwrap_err();
    until(&app, |shelf| shelf.boxes == 5).await;
}

#[tokio::test]
async fn an_effect_that_may_be_repeated_is_recorded_after_a_conflict() {
    let (app, log, scale, answer) = shared_log().await;
    let commands = app.commands();
    let again = WeighAgain { shelf: "a".to_owned() };
    let weighing = tokio::spawn(async move { commands.send(again).await });
    scale.until_asked().await;
    somebody_else_puts(&log, 1).await;
    weighing.abort();
    assert!(weighing.await.unwrap_err().is_cancelled());
    answer.send(4).await.unwrap();
    scale.until_asked().await;
    answer.send(5).await.unwrap();
    until(&app, |shelf| shelf.kilograms == 5).await;
}
