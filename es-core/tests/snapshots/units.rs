//! Snapshots of the aggregates that a unit of work changes: as of every other one.

use es_core::store::{MemoryLog, SnapshotStore};

use super::domain::*;
use super::gate::{Bug, Gate};
use super::*;

fn transfer_of(coins: usize) -> Transfer {
    Transfer { from: id(), to: "b".to_owned(), coins }
}

/// Two accounts of one event each.
async fn two_accounts() -> (App, Gate, MemoryLog) {
    let (log, gate) = ObservedLog::gated(MemoryLog::new(), Bug::None);
    let app = app_on(&log).await;
    gate.commit(2);
    for id in ["a", "b"] {
        app.commands().send(Open { id: id.to_owned() }).await.unwrap();
    }
    (app, gate, log.inner.clone())
}

async fn snapshots(log: &MemoryLog) -> [Option<(u64, i64)>; 2] {
    let mut found = [None, None];
    for (id, found) in ["a", "b"].into_iter().zip(&mut found) {
        let snapshot = log.snapshot(&stream("Account", id)).await.unwrap();
        *found = snapshot.map(|snapshot| {
            let state: Account = serde_json::from_slice(&snapshot.payload).unwrap();
            assert_eq!(state.id, id);
            (snapshot.sequence.0, state.balance)
        });
    }
    found
}

#[tokio::test]
async fn every_aggregate_that_passed_a_threshold_gets_one_once_that_is_durable() {
    let (app, gate, log) = two_accounts().await;
    let commands = app.commands();
    gate.commit(1);
    commands.send(transfer_of(3)).await.unwrap();
    assert_eq!(snapshots(&log).await, [None, None]);
    let mut fourth = Box::pin(commands.send(transfer_of(1)));
    hand_over(&mut fourth).await;
    assert_eq!(snapshots(&log).await, [None, None], "it is not durable yet");
    gate.commit(1);
    fourth.await.unwrap();
    assert_eq!(snapshots(&log).await, [Some((4, -4)), Some((4, 4))]);
}

#[tokio::test]
async fn a_unit_that_is_undone_leaves_none() {
    let (app, gate, log) = two_accounts().await;
    let commands = app.commands();
    let mut lost = Box::pin(commands.send(transfer_of(4)));
    hand_over(&mut lost).await;
    gate.fail();
    lost.await.unwrap_err();
    assert_eq!(snapshots(&log).await, [None, None]);
    gate.commit(1);
    commands.send(transfer_of(5)).await.unwrap();
    assert_eq!(snapshots(&log).await, [Some((5, -5)), Some((5, 5))]);
}

#[tokio::test]
async fn a_repository_in_a_handler_loads_from_one_and_takes_one() {
    let (app, log) = app().await;
    for id in ["a", "b"] {
        app.commands().send(Open { id: id.to_owned() }).await.unwrap();
    }
    app.commands().send(transfer_of(10)).await.unwrap();
    log.read();
    app_on(&log).await.commands().send(transfer_of(1)).await.unwrap();
    assert_eq!(log.read(), 2, "the event of each snapshot, and none behind it");
    log.damage_snapshots();
    log.kept();
    app_on(&log).await.commands().send(transfer_of(1)).await.unwrap();
    assert_eq!(log.kept(), 2, "both loads folded twelve events");
}
