//! What callers are told when a group, not a batch, goes wrong.

mod scripted;

use std::sync::Arc;

use es_core::event::{EventId, StreamId, Tenant};
use es_core::store::group::{CommitError, GroupError, GroupLimits, Resolution};
use es_core::store::{
    Append, AppendError, AppendQueue, Appended, Committed, Expectation, Expected, NewEvent,
};

use self::scripted::{Script, Scripted};

type Answer = Result<Committed, AppendError>;

fn stream() -> StreamId {
    StreamId::new(&Tenant::default(), "Order", "1").unwrap()
}

/// A batch of one event; the scripted engine goes by its name.
fn batch(name: &'static str) -> Append {
    let event = NewEvent {
        id: EventId::generate(),
        stream: Some(stream()),
        name: name.into(),
        revision: 0,
        payload: vec![0; 10].into(),
        metadata: es_core::event::Metadata::new(),
        tags: Vec::new(),
    };
    Append { events: vec![event].into_iter().collect(), ..Append::default() }
}

fn question() -> Append {
    let expectation = Expectation { stream: stream(), expected: Expected::Any };
    Append { expectations: [expectation].into_iter().collect(), ..Append::default() }
}

fn on(predecessor: &Append, mut batch: Append) -> Append {
    batch.decided_on.push(predecessor.fate.clone());
    batch
}

/// Queues the batches, and only then lets the writer begin.
async fn write(
    script: Script,
    limits: GroupLimits,
    batches: Vec<Append>,
) -> (Vec<Answer>, Scripted) {
    let (queue, receiver) = AppendQueue::bounded(100);
    let appended: Vec<Appended> =
        batches.into_iter().map(|batch| queue.try_reserve().unwrap().append(batch)).collect();
    let engine = Scripted::new(script);
    let mut writer = engine.clone();
    std::thread::spawn(move || {
        es_core::store::group::write_groups(&mut writer, receiver, limits);
    });
    let mut answers = Vec::new();
    for answer in appended {
        answers.push(answer.await);
    }
    queue.close().await;
    (answers, engine)
}

/// One word per answer.
fn words(answers: &[Answer]) -> Vec<&'static str> {
    answers
        .iter()
        .map(|answer| match answer {
            Ok(_) => "stored",
            Err(AppendError::EventStored(_)) => "refused",
            Err(AppendError::PredecessorUndone) => "undone",
            Err(AppendError::Busy) => "busy",
            Err(AppendError::Unavailable { .. }) => "unavailable",
            Err(AppendError::OutcomeUnknown { .. }) => "unknown",
            Err(_) => "other",
        })
        .collect()
}

fn limits(batches: usize) -> GroupLimits {
    GroupLimits { batches, ..GroupLimits::default() }
}

fn unavailable() -> GroupError {
    GroupError::Unavailable { reason: "the disk is full".to_owned() }
}

fn unknown(resolution: Resolution) -> Script {
    let reason = "the disk failed".to_owned();
    Script {
        commits: vec![Err(CommitError::Unknown { reason })].into(),
        resolution: Some(resolution),
        ..Script::default()
    }
}

#[tokio::test]
async fn a_batch_that_breaks_the_transaction_fails_alone() {
    let batches = ["A", "B", "Break", "C", "Refuse", "D", "Break"].map(batch).into();
    let (answers, engine) = write(Script::default(), limits(100), batches).await;
    let expected =
        ["stored", "stored", "unavailable", "stored", "refused", "stored", "unavailable"];
    assert_eq!(words(&answers), expected);
    assert_eq!(engine.stored(), ["A", "B", "C", "D"]);
}

#[tokio::test]
async fn what_was_decided_on_a_batch_that_breaks_falls_with_it() {
    let broken = batch("Break");
    let on_broken = on(&broken, batch("B"));
    let good = batch("C");
    let on_good = on(&good, batch("D"));
    let batches = vec![batch("A"), broken, on_broken, good, on_good];
    let (answers, engine) = write(Script::default(), limits(100), batches).await;
    assert_eq!(words(&answers), ["stored", "unavailable", "undone", "stored", "stored"]);
    assert_eq!(engine.stored(), ["A", "C", "D"]);
}

#[tokio::test]
async fn a_log_that_others_hold_refuses_the_whole_group() {
    let script = Script { begins: vec![Err(GroupError::Busy)].into(), ..Script::default() };
    let batches = ["A", "B", "C"].map(batch).into();
    let (answers, engine) = write(script, limits(2), batches).await;
    assert_eq!(words(&answers), ["busy", "busy", "stored"]);
    assert_eq!(engine.stored(), ["C"]);
}

#[tokio::test]
async fn a_commit_that_stored_nothing_fails_its_group_with_its_rejections() {
    let commits = vec![Err(CommitError::NotStored(unavailable()))].into();
    let script = Script { commits, ..Script::default() };
    let first = batch("A");
    let late = on(&first, batch("E"));
    let batches = vec![first, batch("Refuse"), question(), batch("D"), late];
    let (answers, engine) = write(script, limits(3), batches).await;
    assert_eq!(words(&answers), ["unavailable", "unavailable", "unavailable", "stored", "undone"]);
    assert_eq!(engine.stored(), ["D"]);
}

#[tokio::test]
async fn an_unknown_commit_that_turns_out_stored_is_answered_as_stored() {
    let batches = ["A", "Refuse", "B", "C"].map(batch).into();
    let (answers, engine) = write(unknown(Resolution::Stored), limits(3), batches).await;
    assert_eq!(words(&answers), ["stored", "refused", "stored", "stored"]);
    assert_eq!(engine.stored(), ["A", "B", "C"]);
}

#[tokio::test]
async fn an_unknown_commit_that_turns_out_not_stored_takes_the_queue_with_it() {
    let first = batch("A");
    let fate = first.fate.clone();
    let batches = vec![first, batch("Refuse"), batch("B"), question()];
    let (answers, engine) = write(unknown(Resolution::NotStored), limits(2), batches).await;
    assert_eq!(words(&answers), ["unavailable"; 4]);
    assert!(engine.stored().is_empty());
    assert!(fate.is_undone() && !fate.is_in_doubt());
}

#[tokio::test]
async fn only_who_stored_something_is_told_that_the_outcome_is_unknown() {
    let first = batch("A");
    let fate = first.fate.clone();
    let batches = vec![first, batch("Refuse"), question(), batch("B"), batch("C")];
    let (answers, _) = write(unknown(Resolution::Unknown), limits(4), batches).await;
    assert_eq!(
        words(&answers),
        ["unknown", "unavailable", "unavailable", "unknown", "unavailable"]
    );
    assert!(fate.is_undone() && fate.is_in_doubt());
}

#[tokio::test]
async fn nothing_rests_on_a_batch_in_doubt() {
    let doubted = batch("A");
    doubted.fate.doubt();
    let late = on(&doubted, batch("B"));
    let (answers, engine) = write(Script::default(), limits(10), vec![late]).await;
    assert_eq!(words(&answers), ["unavailable"]);
    assert!(engine.stored().is_empty());
}

#[tokio::test]
async fn a_group_that_stores_nothing_is_not_flushed() {
    let batches = vec![question(), batch("Refuse"), question()];
    let (answers, engine) = write(Script::default(), limits(10), batches).await;
    assert_eq!(words(&answers), ["stored", "refused", "stored"]);
    assert_eq!(engine.commits(), 0);
}

#[tokio::test]
async fn a_group_ends_at_its_limits() {
    let batches = || ["A"; 10].map(batch).into();
    let (_, engine) = write(Script::default(), limits(4), batches()).await;
    assert_eq!(engine.commits(), 3);
    let bytes = GroupLimits { bytes: 25, ..GroupLimits::default() };
    let (_, engine) = write(Script::default(), bytes, batches()).await;
    assert_eq!(engine.commits(), 4, "three batches of ten bytes reach 25");
}

#[tokio::test]
async fn a_queue_that_is_dropped_is_finished() {
    let (queue, receiver) = AppendQueue::bounded(100);
    let appended: Vec<_> =
        (0..5).map(|_| queue.try_reserve().unwrap().append(batch("A"))).collect();
    drop(queue);
    let mut writer = Scripted::new(Script::default());
    es_core::store::group::write_groups(&mut writer, receiver, limits(2));
    for answer in appended {
        answer.await.unwrap();
    }
    assert!(writer.is_closed());
}

#[tokio::test]
async fn a_writer_that_panics_leaves_nobody_waiting() {
    let (queue, receiver) = AppendQueue::bounded(100);
    let doomed = batch("Panic");
    let fate = doomed.fate.clone();
    let appended = queue.try_reserve().unwrap().append(doomed);
    let writer = std::thread::spawn(move || {
        let mut writer = Scripted::new(Script::default());
        es_core::store::group::write_groups(&mut writer, receiver, limits(2));
    });
    assert_eq!(words(&[appended.await]), ["unknown"]);
    fate.settled().await;
    assert!(fate.is_in_doubt());
    assert!(writer.join().is_err());
    assert!(matches!(queue.reserve(None).await, Err(AppendError::Closed)));
    queue.close().await;
}

#[tokio::test]
async fn a_place_used_after_the_end_is_answered_closed() {
    let (queue, receiver) = AppendQueue::bounded(100);
    let place = queue.try_reserve().unwrap();
    let writer = Scripted::new(Script::default());
    let mut thread = writer.clone();
    std::thread::spawn(move || {
        es_core::store::group::write_groups(&mut thread, receiver, limits(2));
    });
    let queue = Arc::new(queue);
    queue.close().await;
    assert!(writer.is_closed());
    assert!(matches!(place.append(batch("A")).await, Err(AppendError::Closed)));
}
