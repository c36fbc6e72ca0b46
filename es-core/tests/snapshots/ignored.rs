//! Snapshots that do not fit are ignored: the next command works on the state that the events tell.

use bytes::Bytes;
use es_core::event::EventId;
use es_core::store::Snapshot;

use super::domain::*;
use super::warnings::Warnings;
use super::*;

/// What is said of one that cannot be used. After a change of the code none can, and none is told.
const IGNORED: &str = "a snapshot is ignored; the events are read instead";

/// Six events, a snapshot at the fifth that was changed, and what a load makes of it.
async fn with(change: impl FnOnce(&mut Snapshot)) {
    let (first, log) = app().await;
    first.commands().send(open()).await.unwrap();
    for _ in 0..5 {
        first.commands().send(pay(&[1])).await.unwrap();
    }
    let mut kept = snapshot(&*log).await.unwrap();
    let schema = kept.schema;
    change(&mut kept);
    let told: &[&str] = if kept.schema == schema { &[IGNORED] } else { &[] };
    log.mislead(kept);
    log.read();
    let app = app_on(&log).await;
    let (warnings, _guard) = Warnings::keep();
    let account = app.repository::<Account>().load(&id()).await.unwrap();
    assert_eq!(warnings.take(), told);
    assert_eq!((account.balance, account.payments, account.version), (5, 5, Sequence(5)));
    assert!(log.read() >= 6, "the events were not read from the first one on");
    app.commands().send(pay(&[1])).await.unwrap();
    assert_eq!(app.repository::<Account>().load(&id()).await.unwrap().balance, 6);
}

/// A state that would be noticed.
fn richer(payload: &Bytes) -> Bytes {
    let mut state: Account = serde_json::from_slice(payload).unwrap();
    state.balance += 1_000;
    serde_json::to_vec(&state).unwrap().into()
}

#[tokio::test]
async fn one_whose_payload_does_not_decode() {
    with(|snapshot| snapshot.payload = Bytes::from_static(b"{\"id\":")).await;
}

#[tokio::test]
async fn one_whose_payload_has_another_shape() {
    with(|snapshot| snapshot.payload = Bytes::from_static(b"{\"id\":\"a\"}")).await;
}

#[tokio::test]
async fn one_that_is_nested_deeper_than_any_stack() {
    with(|snapshot| snapshot.payload = Bytes::from("[".repeat(1_000_000))).await;
}

#[tokio::test]
async fn one_of_another_schema() {
    with(|snapshot| {
        snapshot.schema ^= 1;
        snapshot.payload = richer(&snapshot.payload);
    })
    .await;
}

#[tokio::test]
async fn one_of_another_event() {
    with(|snapshot| {
        snapshot.event = EventId::generate();
        snapshot.payload = richer(&snapshot.payload);
    })
    .await;
}

#[tokio::test]
async fn one_of_another_sequence() {
    with(|snapshot| snapshot.sequence = Sequence(3)).await;
}

#[tokio::test]
async fn one_from_beyond_the_end_of_the_stream() {
    for sequence in [6, 1_000, u64::MAX] {
        with(|snapshot| {
            snapshot.sequence = Sequence(sequence);
            snapshot.payload = richer(&snapshot.payload);
        })
        .await;
    }
}

#[tokio::test]
async fn one_of_another_aggregate() {
    with(|snapshot| {
        let mut state: Account = serde_json::from_slice(&snapshot.payload).unwrap();
        state.id = "b".to_owned();
        snapshot.payload = serde_json::to_vec(&state).unwrap().into();
    })
    .await;
    with(|snapshot| {
        snapshot.stream = stream("Account", "b");
        snapshot.payload = richer(&snapshot.payload);
    })
    .await;
}

#[tokio::test]
async fn one_on_which_the_next_event_cannot_be_folded() {
    with(|snapshot| {
        let mut state: Account = serde_json::from_slice(&snapshot.payload).unwrap();
        state.balance = i64::MAX;
        snapshot.payload = serde_json::to_vec(&state).unwrap().into();
    })
    .await;
}

#[tokio::test]
async fn one_that_cannot_be_read() {
    let (first, log) = app().await;
    first.commands().send(open()).await.unwrap();
    first.commands().send(pay(&[1; 9])).await.unwrap();
    log.damage_snapshots();
    let app = app_on(&log).await;
    let (warnings, _guard) = Warnings::keep();
    app.commands().send(pay(&[1])).await.unwrap();
    assert_eq!(warnings.take(), [IGNORED]);
    assert_eq!(app.repository::<Account>().load(&id()).await.unwrap().balance, 10);
}
