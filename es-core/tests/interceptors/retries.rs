//! A retry at the gateway: under the same id, as the policy says, never for rejections.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use es_core::command::{
    Backoff, CommandError, CommandMessage, DispatchInterceptor, Dispatched, Rejection, Retry,
    Sending,
};
use es_core::future::BoxFuture;
use es_core::prelude::*;

use super::domain::*;
use super::logs::{Gate, GatedLog};

async fn gated(retry: impl DispatchInterceptor, notes: &Notes) -> (App, Gate) {
    let (log, gate) = GatedLog::new();
    let app = App::test()
        .store(log)
        .with::<Purse>()
        .dispatch_interceptor(retry)
        .dispatch_interceptor(Noting("attempt", notes.clone()));
    let app = app.start().await.unwrap();
    gate.let_through(1);
    app.commands().send(open("a")).await.unwrap();
    notes.take();
    (app, gate)
}

#[tokio::test]
async fn what_fails_for_a_while_succeeds_in_the_end() {
    let notes = Notes::default();
    let (app, gate) = gated(at_once(3), &notes).await;
    gate.fail_one();
    gate.fail_one();
    gate.let_through(1);
    assert_eq!(app.commands().send(put_in(2)).await.unwrap(), 2);
    let attempts = notes.take();
    assert_eq!(attempts.iter().filter(|note| *note == "attempt: append").count(), 2);
    assert_eq!(attempts.last().unwrap(), "attempt: stored");
    assert_eq!(app.repository::<Purse>().load(&"a".to_owned()).await.unwrap().coins, 2);
}

#[tokio::test]
async fn after_the_last_attempt_the_last_failure_is_the_answer() {
    let notes = Notes::default();
    let (app, gate) = gated(at_once(2), &notes).await;
    gate.fail_one();
    gate.fail_one();
    let id = CommandId::from_key("k");
    let error = app.commands().send_with(put_in(2), Dispatch::new().id(id)).await.unwrap_err();
    assert!(matches!(error, CommandError::Append { .. }), "{error}");
    assert_eq!(error.command_id(), id);
    assert_eq!(notes.take().len(), 4);
}

#[tokio::test]
async fn what_the_domain_refuses_is_not_sent_again() {
    let notes = Notes::default();
    let (app, gate) = gated(at_once(5), &notes).await;
    gate.let_through(1);
    let error = app.commands().send(take_out(1)).await.unwrap_err();
    assert_eq!(error.rejection(), Some(&TooFew { there: 0 }));
    assert_eq!(notes.take(), ["attempt: TakeOut comes", "attempt: rejected"]);
}

#[tokio::test]
async fn a_policy_sees_the_command_and_every_failure_so_far() {
    let notes = Notes::default();
    let told = notes.clone();
    let policy = move |command: &CommandMessage<'_>, failures: &[CommandError<Rejection>]| {
        let kinds: Vec<_> = failures.iter().map(CommandError::kind).collect();
        told.add(format!("{} failed: {}", command.name(), kinds.join(", ")));
        (failures.len() < 3).then_some(Duration::ZERO)
    };
    let (app, gate) = gated(Retry::new(policy), &Notes::default()).await;
    (0..3).for_each(|_| gate.fail_one());
    app.commands().send(put_in(2)).await.unwrap_err();
    let history = ["append", "append, append", "append, append, append"];
    assert_eq!(notes.take(), history.map(|kinds| format!("PutIn failed: {kinds}")));
}

#[tokio::test]
async fn a_filter_says_what_is_sent_again() {
    let notes = Notes::default();
    let asked = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&asked);
    let backoff = Backoff::starting_at(Duration::ZERO).only(move |command, failure| {
        counter.fetch_add(1, Ordering::SeqCst);
        command.name() != "PutIn" && failure.is_retryable()
    });
    let (app, gate) = gated(Retry::new(backoff), &notes).await;
    gate.fail_one();
    app.commands().send(put_in(2)).await.unwrap_err();
    assert_eq!((notes.take().len(), asked.load(Ordering::SeqCst)), (2, 1));
}

#[tokio::test]
async fn nothing_is_waited_for_beyond_the_deadline() {
    let notes = Notes::default();
    let retry = Retry::new(Backoff::starting_at(Duration::from_secs(3600)).at_most(Duration::MAX));
    let (app, gate) = gated(retry, &notes).await;
    gate.fail_one();
    let within = Dispatch::new().within(Duration::from_secs(60));
    let error = app.commands().send_with(put_in(2), within).await.unwrap_err();
    assert!(matches!(error, CommandError::Append { .. }), "{error}");
    assert_eq!(notes.take().len(), 2);
}

/// Loses the first answer, whatever it is.
#[derive(Default)]
struct Losing(AtomicUsize);

impl DispatchInterceptor for Losing {
    fn intercept<'a>(&'a self, mut sending: Sending<'a>) -> BoxFuture<'a, Dispatched> {
        Box::pin(async move {
            let (command_id, dispatched) = (sending.id(), sending.proceed().await);
            match self.0.fetch_add(1, Ordering::SeqCst) {
                0 => Err(CommandError::OutcomeUnknown {
                    command_id,
                    reason: "lost".to_owned(),
                    has_effects: false,
                }),
                _ => dispatched,
            }
        })
    }
}

#[tokio::test]
async fn a_command_whose_answer_got_lost_is_carried_out_once() {
    let app = App::test()
        .with::<Purse>()
        .dispatch_interceptor(at_once(2))
        .dispatch_interceptor(Losing::default());
    let app = app.start().await.unwrap();
    // Decided anew it would be `AlreadyExists`.
    app.commands().send(open("a")).await.unwrap();
    assert_eq!(stored_metadata(&app).await.len(), 1);
}

#[tokio::test]
async fn what_a_handler_sends_is_sent_again_too() {
    let notes = Notes::default();
    let app = App::test()
        .with::<Purse>()
        .dispatch_interceptor(at_once(2))
        .dispatch_interceptor(Noting("attempt", notes.clone()))
        .dispatch_interceptor(FailingOnce("TakeOut", AtomicUsize::new(0)));
    let app = app.start().await.unwrap();
    for purse in ["a", "b"] {
        app.commands().send(open(purse)).await.unwrap();
    }
    app.commands().send(put_in(1)).await.unwrap();
    notes.take();
    app.commands().send(pour_of(1)).await.unwrap();
    let attempts = notes.take();
    let of = |name: &str| attempts.iter().filter(|note| note.ends_with(name)).count();
    assert_eq!((of("Pour comes"), of("PutIn comes"), of("TakeOut comes")), (1, 1, 2));
    assert_eq!(app.repository::<Purse>().load(&"b".to_owned()).await.unwrap().coins, 1);
}

/// Does not send the first command of a name on.
struct FailingOnce(&'static str, AtomicUsize);

impl DispatchInterceptor for FailingOnce {
    fn intercept<'a>(&'a self, mut sending: Sending<'a>) -> BoxFuture<'a, Dispatched> {
        Box::pin(async move {
            let command_id = sending.id();
            if sending.name() == self.0 && self.1.fetch_add(1, Ordering::SeqCst) == 0 {
                return Err(CommandError::Overloaded { command_id });
            }
            sending.proceed().await
        })
    }
}

/// Answers the first attempt as unknown, and the second as it is told.
struct ThenFailing(fn(CommandId) -> CommandError<Rejection>, AtomicUsize);

impl DispatchInterceptor for ThenFailing {
    fn intercept<'a>(&'a self, mut sending: Sending<'a>) -> BoxFuture<'a, Dispatched> {
        Box::pin(async move {
            let (command_id, reason) = (sending.id(), "the flush failed".to_owned());
            match self.1.fetch_add(1, Ordering::SeqCst) {
                0 => sending.proceed().await,
                1 => {
                    sending.proceed().await.unwrap();
                    Err(CommandError::OutcomeUnknown { command_id, reason, has_effects: false })
                }
                _ => Err((self.0)(command_id)),
            }
        })
    }
}

async fn told_after_an_unknown_outcome(
    failing: fn(CommandId) -> CommandError<Rejection>,
) -> CommandError<std::convert::Infallible> {
    let app = App::test()
        .with::<Purse>()
        .dispatch_interceptor(at_once(3))
        .dispatch_interceptor(ThenFailing(failing, AtomicUsize::new(0)));
    let app = app.start().await.unwrap();
    app.commands().send(open("a")).await.unwrap();
    let error = app.commands().send(put_in(2)).await.unwrap_err();
    assert_eq!(app.repository::<Purse>().load(&"a".to_owned()).await.unwrap().coins, 2);
    error
}

#[tokio::test]
async fn an_unknown_outcome_stays_unknown_when_later_attempts_fail() {
    let failures: [fn(_) -> _; 3] = [
        |command_id| CommandError::Overloaded { command_id },
        |command_id| CommandError::ShuttingDown { command_id, has_effects: false },
        |command_id| CommandError::OutcomeUnknown {
            command_id,
            reason: "the flush failed".to_owned(),
            has_effects: false,
        },
    ];
    for failing in failures {
        let error = told_after_an_unknown_outcome(failing).await;
        let CommandError::OutcomeUnknown { reason, .. } = &error else { panic!("{error}") };
        assert_eq!(reason, "the flush failed");
        assert!(error.is_retryable());
    }
}

#[tokio::test]
async fn an_unknown_outcome_tells_of_the_effects_of_later_attempts() {
    let error = told_after_an_unknown_outcome(|command_id| CommandError::HandlerTimedOut {
        command_id,
        limit: Duration::ZERO,
        has_effects: true,
    })
    .await;
    assert!(matches!(error, CommandError::OutcomeUnknown { has_effects: true, .. }), "{error}");
}

#[tokio::test]
async fn a_refusal_settles_an_unknown_outcome() {
    let error = told_after_an_unknown_outcome(|command_id| CommandError::Rejected {
        command_id,
        error: Rejection::new(TooFew { there: 0 }),
    })
    .await;
    // Of a type that this command's sender cannot expect.
    assert!(matches!(error, CommandError::Vetoed { .. }), "{error}");
}
