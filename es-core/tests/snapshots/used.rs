//! What a load does with a snapshot.

use std::sync::Arc;
use std::time::Duration;

use es_core::event::{Clock, StillClock, Timestamp};
use es_core::store::MemoryLog;

use super::domain::*;
use super::*;

/// Twelve events, and a snapshot at the tenth.
async fn twelve() -> (App, Arc<ObservedLog>) {
    let (app, log) = app().await;
    app.commands().send(open()).await.unwrap();
    for amount in 1..=11 {
        app.commands().send(pay(&[amount])).await.unwrap();
    }
    assert_eq!(sequence(&*log).await, Some(9));
    log.read();
    (app_on(&log).await, log)
}

#[tokio::test]
async fn a_load_reads_the_snapshots_event_and_those_behind_it() {
    let (app, log) = twelve().await;
    let account = app.repository::<Account>().load(&id()).await.unwrap();
    assert_eq!((account.balance, account.payments, account.version), (66, 11, Sequence(11)));
    assert_eq!(log.read(), 3);
}

#[tokio::test]
async fn commands_are_decided_on_it() {
    let (app, log) = twelve().await;
    app.commands().send(pay(&[34])).await.unwrap();
    assert_eq!(log.read(), 3);
    assert_eq!(app.repository::<Account>().load(&id()).await.unwrap().balance, 100);
}

#[tokio::test]
async fn an_earlier_version_is_folded_from_the_first_event_on() {
    let (app, log) = twelve().await;
    let accounts = app.repository::<Account>();
    for (version, balance, read) in [(0, 0, 2), (8, 36, 10), (9, 45, 2), (10, 55, 3)] {
        let account = accounts.load_at(&id(), Sequence(version)).await.unwrap();
        assert_eq!((account.version, account.balance), (Sequence(version), balance));
        assert_eq!(log.read(), read, "one event more than are folded tells where the end is");
    }
}

#[tokio::test]
async fn an_earlier_moment_is_folded_from_the_first_event_on() {
    let clock = Arc::new(StillClock::at("2026-01-01T00:00:00Z".parse().unwrap()));
    let inner = MemoryLog::with_clock(Arc::clone(&clock) as Arc<dyn Clock>);
    let log = ObservedLog::over(inner);
    let app = app_on(&log).await;
    app.commands().send(open()).await.unwrap();
    let mut moments: Vec<Timestamp> = vec![clock.now()];
    for _ in 0..6 {
        clock.advance(Duration::from_secs(60));
        moments.push(clock.now());
        app.commands().send(pay(&[1])).await.unwrap();
    }
    assert_eq!(sequence(&*log).await, Some(4));
    for (moment, payments) in moments.into_iter().zip(0..) {
        let account = app.repository::<Account>().load_as_of(&id(), moment).await.unwrap();
        assert_eq!(account.payments, payments);
        assert_eq!(account.recorded_at, moment);
    }
}

#[tokio::test]
async fn a_load_that_breaks_off_behind_it_begins_again_with_the_first_event() {
    let (app, log) = twelve().await;
    log.break_off_after(2);
    app.commands().send(pay(&[34])).await.unwrap();
    assert_eq!(log.read(), 2 + 12);
    let account = app.repository::<Account>().load(&id()).await.unwrap();
    assert_eq!((account.balance, account.payments), (100, 12));
}

#[tokio::test]
async fn the_history_begins_with_the_first_event() {
    let (app, _) = twelve().await;
    let mut history = app.repository::<Account>().history(&id()).unwrap();
    let mut balances = vec![];
    while let Some(step) = history.next().await.unwrap() {
        balances.push(step.state.balance);
    }
    assert_eq!(balances, [0, 1, 3, 6, 10, 15, 21, 28, 36, 45, 55, 66]);
}

#[tokio::test]
async fn a_deletion_behind_the_snapshot_is_seen() {
    let (app, log) = twelve().await;
    app.commands().send(Close { id: id() }).await.unwrap();
    let app = app_on(&log).await;
    assert!(app.repository::<Account>().load(&id()).await.is_err());
    let error = app.commands().send(pay(&[1])).await.unwrap_err();
    assert!(matches!(error, CommandError::Deleted { .. }), "{error}");
}

#[tokio::test]
async fn an_aggregate_without_one_is_folded_from_the_first_event_on() {
    let (app, log) = app().await;
    app.commands().send(open()).await.unwrap();
    app.commands().send(pay(&[1])).await.unwrap();
    assert_eq!(app_on(&log).await.repository::<Account>().load(&id()).await.unwrap().payments, 1);
}
