//! When snapshots are taken.

use std::time::Duration;

use es_core::store::SnapshotStore;

use super::domain::*;
use super::durability::another_payment;
use super::*;

#[tokio::test]
async fn one_is_taken_every_so_many_events() {
    let (app, log) = app().await;
    let commands = app.commands();
    commands.send(open()).await.unwrap();
    let mut seen = vec![];
    for amount in 1..=11 {
        commands.send(pay(&[amount])).await.unwrap();
        seen.push(sequence(&*log).await);
    }
    let (none, first, second) = (None, Some(4), Some(9));
    let expected = [none, none, none, first, first, first, first, first, second, second, second];
    assert_eq!(seen, expected, "it is there as soon as the command is answered");
}

#[tokio::test]
async fn it_names_the_last_event_and_holds_the_state_after_it() {
    let (app, log) = app().await;
    app.commands().send(open()).await.unwrap();
    app.commands().send(pay(&[1, 2, 3, 4, 5, 6])).await.unwrap();
    let snapshot = snapshot(&*log).await.unwrap();
    let mut history = app.repository::<Account>().history(&id()).unwrap();
    let mut last = None;
    while let Some(step) = history.next().await.unwrap() {
        last = Some((step.sequence, step.recorded.id));
    }
    assert_eq!(Some((snapshot.sequence, snapshot.event)), last);
    let state: Account = serde_json::from_slice(&snapshot.payload).unwrap();
    assert_eq!((state.balance, state.payments), (21, 6), "of the whole decision, never of a part");
}

#[tokio::test]
async fn a_decision_and_a_load_take_one_however_many_thresholds_they_pass() {
    let (app, log) = app().await;
    app.commands().send(open()).await.unwrap();
    app.commands().send(pay(&[1; 23])).await.unwrap();
    assert_eq!(log.kept(), 1, "for four multiples of five");
    app.commands().send(EndYear { id: id() }).await.unwrap();
    assert_eq!(log.kept(), 1, "for the end of the year, and the fifth multiple");
    app.commands().send(pay(&[1])).await.unwrap();
    assert_eq!(log.kept(), 0);
    log.mislead(Snapshot { schema: 0, ..snapshot(&*log).await.unwrap() });
    app_on(&log).await.commands().send(Refuse { id: id() }).await.unwrap_err();
    assert_eq!(log.kept(), 1, "for a load of 26 events with the end of a year in it");
}

#[tokio::test]
async fn one_is_taken_after_an_event_that_asks_for_it() {
    let (app, log) = app().await;
    app.commands().send(open()).await.unwrap();
    app.commands().send(EndYear { id: id() }).await.unwrap();
    assert_eq!(sequence(&*log).await, Some(1));
}

#[tokio::test]
async fn one_is_taken_after_a_load_that_folded_so_many_events() {
    let (first, log) = app().await;
    log.lose_snapshots(true);
    first.commands().send(open()).await.unwrap();
    first.commands().send(pay(&[1; 8])).await.unwrap();
    log.lose_snapshots(false);
    app_on(&log).await.commands().send(pay(&[1])).await.unwrap();
    assert_eq!(sequence(&*log).await, Some(9), "the command passed the tenth event as well");
}

#[tokio::test]
async fn a_threshold_passed_while_loading_counts_even_if_the_command_fails() {
    let (first, log) = app().await;
    log.lose_snapshots(true);
    first.commands().send(open()).await.unwrap();
    first.commands().send(pay(&[1; 7])).await.unwrap();
    log.lose_snapshots(false);
    let error = app_on(&log).await.commands().send(Refuse { id: id() }).await.unwrap_err();
    assert!(error.rejection().is_some(), "{error}");
    assert_eq!(sequence(&*log).await, Some(7));
}

#[tokio::test]
async fn a_load_that_takes_longer_than_its_commands_have_comes_further_each_time() {
    let (first, log) = app().await;
    log.lose_snapshots(true);
    first.commands().send(open()).await.unwrap();
    first.commands().send(pay(&[1; 19])).await.unwrap();
    log.lose_snapshots(false);
    log.hang_after(8);
    let app = app_on(&log).await;
    for reached in [7, 14] {
        let deadline = std::time::Instant::now() + Duration::from_millis(20);
        let dispatch = Dispatch::new().deadline(deadline);
        let error = app.commands().send_with(pay(&[1]), dispatch).await.unwrap_err();
        assert!(matches!(error, CommandError::DeadlineExceeded { .. }), "{error}");
        assert_eq!(sequence(&*log).await, Some(reached));
    }
    app.commands().send(pay(&[1])).await.unwrap();
    assert_eq!(app.repository::<Account>().load(&id()).await.unwrap().payments, 20);
}

#[tokio::test]
async fn a_load_that_fails_takes_none_of_what_its_handler_has_half_changed() {
    let (first, log) = app().await;
    log.lose_snapshots(true);
    first.commands().send(open()).await.unwrap();
    first.commands().send(pay(&[1; 7])).await.unwrap();
    log.lose_snapshots(false);
    let too_much = another_payment(Sequence(7), i64::MAX);
    log.inner.reserve(None).await.unwrap().append(too_much).await.unwrap();
    let app = app_on(&log).await;
    let error = app.commands().send(pay(&[1])).await.unwrap_err();
    assert!(error.to_string().contains("nobody has that much"), "{error}");
    let before = app.repository::<Account>().load_at(&id(), Sequence(7)).await.unwrap();
    assert_eq!((before.balance, before.payments), (7, 7));
    assert_eq!(sequence(&*log).await, None);
}

#[tokio::test]
async fn one_is_taken_after_a_load_that_took_long() {
    let (app, log) = app().await;
    app.commands().send(note("quick")).await.unwrap();
    log.slow();
    let audits = stream("Audit", "a");
    assert_eq!(log.snapshot(&audits).await.unwrap(), None);
    app_on(&log).await.commands().send(note("late")).await.unwrap();
    let snapshot = log.snapshot(&audits).await.unwrap().unwrap();
    assert_eq!(snapshot.sequence, Sequence(0), "of what was loaded");
}

#[tokio::test]
async fn a_deleted_aggregate_gets_none() {
    let (app, log) = app().await;
    app.commands().send(open()).await.unwrap();
    app.commands().send(pay(&[1; 3])).await.unwrap();
    app.commands().send(Close { id: id() }).await.unwrap();
    assert_eq!(sequence(&*log).await, None);
    let again = app_on(&log).await;
    let error = again.commands().send(pay(&[1])).await.unwrap_err();
    assert!(matches!(error, CommandError::Deleted { .. }), "{error}");
    assert_eq!(sequence(&*log).await, None);
}

#[tokio::test]
async fn reading_takes_none() {
    let (first, log) = app().await;
    log.lose_snapshots(true);
    first.commands().send(open()).await.unwrap();
    first.commands().send(pay(&[1; 8])).await.unwrap();
    log.lose_snapshots(false);
    assert_eq!(app_on(&log).await.repository::<Account>().load(&id()).await.unwrap().balance, 8);
    assert_eq!(sequence(&*log).await, None);
}
