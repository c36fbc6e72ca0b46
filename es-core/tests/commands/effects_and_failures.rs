//! Whatever fails after an effect outside has begun, nobody repeats it unasked.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use es_core::command::{Backoff, CommandError, Retry};
use es_core::prelude::*;
use es_core::store::{AppendError, EventStore, MemoryLog, Permit};

use super::domain::*;
use super::logs::{Gate, GatedLog, LogAround, Parts};

type Answers = tokio::sync::mpsc::Sender<u64>;

/// An application that sends again what may be sent again, on a log whose writer obeys.
async fn retrying() -> (App, Gate, Arc<ManualScale>, Answers) {
    let (log, gate) = GatedLog::new();
    let (scale, answer) = ManualScale::new();
    let retry = Retry::new(Backoff::starting_at(Duration::from_millis(1)).attempts(3));
    let app = App::test()
        .store(log)
        .with::<Shelf>()
        .provide::<dyn Scale>(Arc::clone(&scale) as Arc<dyn Scale>)
        .dispatch_interceptor(retry);
    let app = app.start().await.unwrap();
    gate.let_through(1);
    app.commands().send(set_up("a")).await.unwrap();
    (app, gate, scale, answer)
}

#[tokio::test]
async fn what_the_log_did_not_take_is_not_weighed_again() {
    let (app, gate, scale, answer) = retrying().await;
    for kilograms in [7, 8] {
        answer.send(kilograms).await.unwrap();
    }
    gate.fail_one();
    gate.let_through(1);
    let error = app.commands().send(weigh("a")).await.unwrap_err();
    assert!(matches!(error, CommandError::Append { has_effects: true, .. }), "{error}");
    assert!(!error.is_retryable());
    assert_eq!(scale.asked.available_permits(), 1);
}

#[tokio::test]
async fn a_handler_that_says_retry_is_run_again_when_the_log_failed() {
    let (app, gate, scale, answer) = retrying().await;
    answer.send(7).await.unwrap();
    answer.send(8).await.unwrap();
    gate.fail_one();
    gate.let_through(1);
    let again = WeighAgain { shelf: "a".to_owned() };
    assert_eq!(app.commands().send(again).await.unwrap(), 8);
    assert_eq!(scale.asked.available_permits(), 2);
}

#[tokio::test]
async fn a_handler_that_did_not_run_had_no_effect() {
    let (app, gate, scale, _answer) = retrying().await;
    // That there is no such shelf has to be proved by the log, which fails once.
    gate.fail_one();
    gate.let_through(1);
    let error = app.commands().send(weigh("nowhere")).await.unwrap_err();
    assert!(matches!(error, CommandError::NotFound { .. }), "{error}");
    assert_eq!(scale.asked.available_permits(), 0);
}

#[tokio::test]
async fn an_unknown_outcome_is_not_found_out_by_weighing_again() {
    let (app, _gate, scale, answer) = retrying().await;
    answer.send(7).await.unwrap();
    // The writer never comes to it: the deadline passes while the log has it.
    let within = Dispatch::new().within(Duration::from_millis(500));
    let error = app.commands().send_with(weigh("a"), within).await.unwrap_err();
    assert!(matches!(error, CommandError::OutcomeUnknown { has_effects: true, .. }), "{error}");
    assert!(!error.is_retryable());
    let advice = "its handler may have had effects outside, so find out before you send the \
                  command again";
    assert!(error.to_string().ends_with(advice), "{error}");
    assert_eq!(scale.asked.available_permits(), 1);
}

/// A log in memory that once cannot tell what became of a batch, and has not stored it.
#[derive(Default)]
struct Doubtful {
    inner: MemoryLog,
    doubts: AtomicBool,
}

impl Parts for Doubtful {
    fn inner(&self) -> MemoryLog {
        self.inner.clone()
    }

    fn permit(&self, permit: Permit) -> Permit {
        if !self.doubts.swap(false, Ordering::SeqCst) {
            return permit;
        }
        Permit::direct(Arc::new(|batch| {
            batch.fate.doubt();
            Err(AppendError::OutcomeUnknown { reason: "the disk is gone".to_owned() })
        }))
    }
}

#[tokio::test]
async fn what_is_weighed_after_an_unknown_outcome_is_what_the_log_says() {
    let log = Arc::new(LogAround(Doubtful::default()));
    let (scale, answer) = ManualScale::new();
    let app = App::test().store(Arc::clone(&log) as Arc<dyn EventStore>).with::<Shelf>();
    let app = app.provide::<dyn Scale>(scale).start().await.unwrap();
    let commands = app.commands();
    commands.send(set_up("a")).await.unwrap();
    log.doubts.store(true, Ordering::SeqCst);
    let error = commands.send(put("a", 5)).await.unwrap_err();
    assert!(matches!(error, CommandError::OutcomeUnknown { .. }), "{error}");
    answer.send(9).await.unwrap();
    // Nobody may repeat it: on a copy with those five it would end in a conflict.
    assert_eq!(commands.send(weigh("a")).await.unwrap(), 9);
}
