//! A snapshot of state that never became durable is never kept.

use es_core::event::EventId;
use es_core::store::{Append, Expectation, Expected, MemoryLog, NewEvent};

use super::domain::*;
use super::gate::{Bug, Gate};
use super::law::is_the_replay;
use super::logs::append_now;
use super::*;

/// An application whose account `a` is one event before its next snapshot.
async fn before_the_fifth(bug: Bug) -> (App, Gate, MemoryLog) {
    let (log, gate) = ObservedLog::gated(MemoryLog::new(), bug);
    let app = app_on(&log).await;
    gate.commit(2);
    app.commands().send(open()).await.unwrap();
    app.commands().send(pay(&[1; 3])).await.unwrap();
    (app, gate, log.inner.clone())
}

async fn balance(log: &MemoryLog) -> i64 {
    let fresh = app_on(&ObservedLog::over(log.clone())).await;
    fresh.repository::<Account>().load(&id()).await.unwrap().balance
}

/// Fails the batch with a snapshot in it; tells whether there was ever a snapshot without its
/// event.
async fn is_ever_ahead(bug: Bug) -> bool {
    let (app, gate, log) = before_the_fifth(bug).await;
    let commands = app.commands();
    let mut fifth = Box::pin(commands.send(pay(&[1_000])));
    hand_over(&mut fifth).await;
    let while_pending = sequence(&log).await;
    gate.fail();
    assert!(fifth.await.unwrap_err().is_retryable());
    let after_failure = sequence(&log).await;
    while_pending.is_some() || after_failure.is_some()
}

#[tokio::test]
async fn none_is_kept_while_the_commit_is_pending_or_after_it_failed() {
    assert!(!is_ever_ahead(Bug::None).await);
}

#[tokio::test]
async fn a_log_that_tells_too_early_is_found() {
    assert!(is_ever_ahead(Bug::TellsTooEarly).await);
}

#[tokio::test]
async fn the_next_event_of_that_sequence_gets_its_own() {
    let (app, gate, log) = before_the_fifth(Bug::None).await;
    let commands = app.commands();
    let mut lost = Box::pin(commands.send(pay(&[1_000])));
    hand_over(&mut lost).await;
    gate.fail();
    assert!(lost.await.is_err());
    gate.commit(1);
    commands.send(pay(&[7])).await.unwrap();
    let state: Account = serde_json::from_slice(&snapshot(&log).await.unwrap().payload).unwrap();
    assert_eq!(state.balance, 10);
    assert_eq!(balance(&log).await, 10);
}

/// A snapshot of a payment that was lost, and another payment in its place.
async fn poisoned() -> MemoryLog {
    let (app, gate, log) = before_the_fifth(Bug::TellsTooEarly).await;
    let commands = app.commands();
    let mut lost = Box::pin(commands.send(pay(&[1_000])));
    hand_over(&mut lost).await;
    gate.fail();
    assert!(lost.await.is_err());
    assert_eq!(sequence(&log).await, Some(4), "the planted snapshot is there");
    let other = another_payment(Sequence(3), 7);
    let appending = log.clone();
    tokio::task::spawn_blocking(move || append_now(&appending, other)).await.unwrap().unwrap();
    log
}

// Even a log that tells too early poisons no load: the event's id does not fit.
#[tokio::test]
async fn a_snapshot_of_an_event_that_another_one_replaced_is_ignored() {
    let log = ObservedLog::over(poisoned().await);
    is_the_replay(&log).await.unwrap();
}

#[tokio::test]
async fn a_load_that_did_not_compare_ids_would_break_the_law() {
    let log = ObservedLog::over(poisoned().await);
    log.forge_event_ids();
    let broken = is_the_replay(&log).await.unwrap_err().to_string();
    assert!(broken.contains("balance: 1003"), "{broken}");
}

/// What another node stores behind the event of this sequence.
pub fn another_payment(behind: Sequence, amount: i64) -> Append {
    let stream = stream("Account", "a");
    Append {
        expectations: [Expectation { stream: stream.clone(), expected: Expected::Exact(behind) }]
            .into_iter()
            .collect(),
        events: vec![NewEvent {
            id: EventId::generate(),
            stream: Some(stream),
            name: "Paid".into(),
            revision: 0,
            payload: serde_json::to_vec(&Paid { amount }).unwrap().into(),
            metadata: Metadata::new(),
            tags: Vec::new(),
        }],
        ..Append::default()
    }
}

#[tokio::test]
async fn a_successor_of_a_failed_batch_leaves_none_either() {
    let (app, gate, log) = before_the_fifth(Bug::None).await;
    let commands = app.commands();
    let mut fourth = Box::pin(commands.send(Refuse { id: id() }));
    hand_over(&mut fourth).await;
    let mut fifth = Box::pin(commands.send(pay(&[1_000])));
    hand_over(&mut fifth).await;
    let mut more = Box::pin(commands.send(pay(&[1; 5])));
    hand_over(&mut more).await;
    gate.commit(1);
    assert!(fourth.await.unwrap_err().rejection().is_some());
    gate.fail();
    assert!(fifth.await.is_err());
    assert_eq!(sequence(&log).await, None);
    gate.commit(1);
    more.await.unwrap();
    assert_eq!(balance(&log).await, 8);
    assert_eq!(sequence(&log).await, Some(8), "decided again, on what is there");
}

#[tokio::test]
async fn only_one_waits_for_its_commit() {
    let (app, gate, log) = before_the_fifth(Bug::None).await;
    let commands = app.commands();
    let mut fifth = Box::pin(commands.send(pay(&[1; 5])));
    hand_over(&mut fifth).await;
    let mut tenth = Box::pin(commands.send(pay(&[1; 5])));
    hand_over(&mut tenth).await;
    gate.commit(2);
    fifth.await.unwrap();
    tenth.await.unwrap();
    assert_eq!(sequence(&log).await, Some(8), "the second was not copied while the first waited");
}
