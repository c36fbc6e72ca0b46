//! Conflicts with others, and the runs that follow.

use std::sync::Arc;
use std::time::Duration;

use es_core::command::CommandError;
use es_core::runtime::Limits;
use es_core::store::MemoryLog;
use tokio::task::JoinSet;

use super::domain::*;
use super::logs::GatedLog;
use super::{app_on, balance, builder, open};

fn transfer_of(from: &str, to: &str) -> Transfer {
    Transfer { from: from.to_owned(), to: to.to_owned(), amount: 1 }
}

#[tokio::test]
async fn what_others_changed_meanwhile_decides_again_on_fresh_state() {
    let log = MemoryLog::new();
    let (one, other) = (app_on(log.clone()).await, app_on(log).await);
    open(&one, "a", 10).await;
    open(&one, "b", 0).await;
    // Both have the accounts live now, and the other one does not see what the first one does.
    assert_eq!(other.commands().send(transfer_of("a", "b")).await.unwrap(), (9, 1));
    assert_eq!(one.commands().send(transfer_of("a", "b")).await.unwrap(), (8, 2));
    assert_eq!(other.commands().send(transfer_of("a", "b")).await.unwrap(), (7, 3));
}

#[tokio::test]
async fn what_was_only_read_is_checked_too() {
    let log = MemoryLog::new();
    let (one, other) = (app_on(log.clone()).await, app_on(log).await);
    open(&one, "a", 10).await;
    let total = || Total(vec!["a".to_owned()]);
    assert_eq!(other.commands().send(total()).await.unwrap(), 10);
    one.commands().send(Deposit { account: "a".to_owned(), amount: 1 }).await.unwrap();
    assert_eq!(other.commands().send(total()).await.unwrap(), 11, "no answer from a stale copy");
}

#[tokio::test]
async fn after_one_conflict_everything_is_read_anew() {
    let log = MemoryLog::new();
    let limits = Limits { conflict_retries: 1, ..Limits::default() };
    let other = builder(&ManualPause::new(), &Arc::default()).limits(limits).store(log.clone());
    let (one, other) = (app_on(log).await, other.start().await.unwrap());
    let total = || Total(vec!["a".to_owned(), "b".to_owned()]);
    for account in total().0 {
        open(&one, &account, 0).await;
    }
    assert_eq!(other.commands().send(total()).await.unwrap(), 0);
    for account in total().0 {
        one.commands().send(Deposit { account, amount: 1 }).await.unwrap();
    }
    // Both copies are stale, and the log tells of one.
    assert_eq!(other.commands().send(total()).await.unwrap(), 2);
}

/// Lets every task go as far as it can.
async fn settle() {
    for _ in 0..64 {
        tokio::task::yield_now().await;
    }
}

/// One of two accounts has in the log the version that it was seen at, by another deposit than the
/// one that was seen: what was decided on both falls with the deposit that was lost.
async fn answer_beside_a_lost_deposit(seen: [&str; 2]) -> i64 {
    let (log, gate) = GatedLog::new();
    let other = app_on(log.inner.clone()).await;
    let app = app_on(log).await;
    gate.let_through(2);
    for account in ["kept", "lost"] {
        open(&app, account, 0).await;
    }
    let mut depositing = JoinSet::new();
    for (account, amount) in [("kept", 1), ("lost", 10)] {
        let (commands, account) = (app.commands(), account.to_owned());
        depositing.spawn(async move { commands.send(Deposit { account, amount }).await });
    }
    settle().await;
    let (commands, total) = (app.commands(), Total(seen.map(str::to_owned).into()));
    let adding = tokio::spawn(async move { commands.send(total).await });
    settle().await;
    let deposit = Deposit { account: "lost".to_owned(), amount: 3 };
    other.commands().send(deposit).await.unwrap();
    gate.let_through(16);
    assert!(depositing.join_all().await.iter().all(Result::is_ok));
    adding.await.unwrap().unwrap()
}

#[tokio::test]
async fn what_was_decided_on_several_falls_with_each_whatever_the_versions_say() {
    for seen in [["kept", "lost"], ["lost", "kept"]] {
        let answer = answer_beside_a_lost_deposit(seen).await;
        // Before or after the deposit was decided again; 11 was never there.
        assert!([4, 14].contains(&answer), "{seen:?}: {answer}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn transfers_in_opposite_directions_wait_for_nobody_for_ever() {
    let log = MemoryLog::new();
    let apps = [app_on(log.clone()).await, app_on(log).await];
    for account in ["a", "b", "c"] {
        open(&apps[0], account, 1000).await;
    }
    let pairs = [("a", "b"), ("b", "a"), ("b", "c"), ("c", "a"), ("a", "c"), ("c", "b")];
    let mut sending = JoinSet::new();
    for round in 0..300 {
        let (from, to) = pairs[round % pairs.len()];
        let commands = apps[round / 2 % 2].commands();
        sending.spawn(async move { commands.send(transfer_of(from, to)).await });
    }
    // Far more than it takes: only a cycle of waiting gets there.
    let ended = tokio::time::timeout(Duration::from_secs(60), sending.join_all()).await;
    let answers = ended.expect("somebody waits for ever");
    let (done, failed): (Vec<_>, Vec<_>) = answers.into_iter().partition(Result::is_ok);
    let only_conflicts = failed.iter().all(|it| matches!(it, Err(CommandError::Conflict { .. })));
    assert!(only_conflicts, "{failed:?}");
    assert!(!done.is_empty());
    let mut total = 0;
    for account in ["a", "b", "c"] {
        total += balance(&apps[0], account).await;
    }
    assert_eq!(total, 3000, "no money is made or lost");
}
