//! An answer that stores nothing: from a read connection where nobody else has stored anything, so
//! that it waits for nobody, and from the writer everywhere else.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    missing_docs
)]

mod support;

use std::path::PathBuf;

use es_core::event::{CommandId, Position, Sequence, StreamId, Tag, Tenant};
use es_core::store::{
    Append, AppendError, Condition, Criteria, EventStore, Expected, Marker, NewEvent,
};
use es_faults::{Call, Disk, Fault, IoError};
use es_sqlite::SqliteLog;
use support::{append, batch, command, event, fill, hand_over, open, open_on, order, read_stream};
use tempfile::TempDir;

/// A log with the stream `o-0` of one event, and another program that may hold it.
struct World {
    _folder: TempDir,
    path: PathBuf,
    log: SqliteLog,
    other: rusqlite::Connection,
}

impl World {
    async fn new() -> Self {
        Self::waiting_for("50").await
    }

    /// A log that waits so many milliseconds for the other program.
    async fn waiting_for(busy_timeout: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("orders.db");
        let url = format!("sqlite:{}?busy_timeout_ms={busy_timeout}", path.display());
        let log = SqliteLog::open_url(&url).unwrap();
        fill(&log, "o", 1).await;
        // Whatever is decided was loaded before.
        read_stream(&log, &order("o-0")).await.unwrap();
        let other = rusqlite::Connection::open(&path).unwrap();
        Self { _folder: folder, path, log, other }
    }

    fn lock(&self) {
        self.other.execute_batch("BEGIN IMMEDIATE").unwrap();
    }

    fn unlock(&self) {
        self.other.execute_batch("ROLLBACK").unwrap();
    }

    /// The answer while another program holds the log: busy, if it is the writer's.
    async fn beside_a_lock(&self, batch: Append) -> Result<(), AppendError> {
        self.lock();
        let answer = append(&self.log, batch).await;
        self.unlock();
        answer.map(drop)
    }

    /// What the writer says to that which does not hold.
    async fn told(&self, batch: impl Fn() -> Append) -> AppendError {
        let asked = self.beside_a_lock(batch()).await;
        assert!(is_busy(&asked), "{asked:?}");
        append(&self.log, batch()).await.unwrap_err()
    }
}

/// What nearly every rejection is: a batch with one expectation.
fn answer(id: &str, expected: Expected) -> Append {
    batch(&order(id), expected, 0)
}

fn at(sequence: u64) -> Expected {
    Expected::Exact(Sequence(sequence))
}

/// "Nobody has stored a red event after this position."
fn no_red_after(position: u64) -> Append {
    let criteria = Criteria::tag("colour", "red");
    let condition = Condition { criteria, after: Marker(Position(position)) };
    Append { conditions: vec![condition], ..Append::default() }
}

fn is_busy(answer: &Result<(), AppendError>) -> bool {
    matches!(answer, Err(AppendError::Busy))
}

#[tokio::test]
async fn what_is_as_it_was_is_answered_while_another_program_holds_the_log() {
    let world = World::new().await;
    let stored = world.beside_a_lock(batch(&order("o-1"), Expected::NoStream, 1)).await;
    assert!(is_busy(&stored), "the log is held: {stored:?}");

    let mut two = answer("o-0", at(0));
    two.expectations.extend(answer("o-1", Expected::NoStream).expectations);
    let new = Append { unless_stored: Some(CommandId::generate()), ..answer("o-0", at(0)) };
    for batch in [
        answer("o-0", at(0)),
        answer("o-0", Expected::Any),
        answer("o-1", Expected::NoStream),
        Append::default(),
        two,
        new,
        no_red_after(1),
    ] {
        let (asked, fate) = (format!("{batch:?}"), batch.fate.clone());
        world.beside_a_lock(batch).await.unwrap_or_else(|error| panic!("{asked}: {error}"));
        assert!(fate.is_committed(), "{asked}");
    }
}

#[tokio::test]
async fn the_writer_is_asked_where_another_program_has_stored_something() {
    let world = World::new().await;
    let second = open(&world.path);
    for count in 1..4 {
        fill(&second, &format!("other-{count}"), 1).await;
        let asked = world.beside_a_lock(answer("o-0", at(0))).await;
        assert!(is_busy(&asked), "the heads differ: {asked:?}");
        append(&world.log, answer("o-0", at(0))).await.unwrap();
        // Now the writer knows what the other one stored.
        world.beside_a_lock(answer("o-0", at(0))).await.unwrap();
    }
}

#[tokio::test]
async fn what_does_not_hold_is_the_writers_to_tell() {
    let world = World::new().await;
    let (id, stream) = (CommandId::generate(), order("o-1"));
    let mut red = batch(&stream, Expected::NoStream, 0);
    let tags = vec![Tag::new("colour", "red")];
    red.events.push(NewEvent { tags, ..event(&stream, "Painted", "{}") });
    red.command = Some(command(id, &stream));
    append(&world.log, red).await.unwrap();

    let told = world.told(|| answer("o-0", at(1))).await;
    assert!(matches!(told, AppendError::Conflict { .. }), "{told}");
    let told = world.told(|| answer("o-1", Expected::NoStream)).await;
    assert!(matches!(told, AppendError::Conflict { .. }), "{told}");
    let repeated = || Append { unless_stored: Some(id), ..answer("o-1", at(0)) };
    let told = world.told(repeated).await;
    assert!(matches!(told, AppendError::CommandStored(_)), "{told}");
    let second = || {
        let mut two = answer("o-0", at(0));
        two.expectations.extend(answer("o-1", Expected::NoStream).expectations);
        two
    };
    let told = world.told(second).await;
    assert!(matches!(told, AppendError::Conflict { .. }), "the second of two: {told}");
    let second = || {
        let Condition { after, .. } = no_red_after(2).conditions.remove(0);
        let mut two = no_red_after(1);
        two.conditions.insert(0, Condition { criteria: Criteria::tag("colour", "blue"), after });
        two
    };
    let told = world.told(second).await;
    assert!(matches!(told, AppendError::ConditionFailed { .. }), "the second of two: {told}");
    let bank = Tenant::new("bank").unwrap();
    let mut of_bank = batch(&stream, Expected::Any, 0);
    of_bank.tenant = bank.clone();
    let id = CommandId::generate();
    let of_its_own = StreamId::new(&bank, "Order", "o-1").unwrap();
    of_bank.events.push(event(&of_its_own, "Painted", "{}"));
    of_bank.command = Some(command(id, &of_its_own));
    append(&world.log, of_bank).await.unwrap();
    let repeated =
        || Append { tenant: bank.clone(), unless_stored: Some(id), ..answer("o-0", Expected::Any) };
    let told = world.told(repeated).await;
    assert!(matches!(told, AppendError::CommandStored(_)), "of another tenant: {told}");
    let told = world.told(|| no_red_after(1)).await;
    assert!(matches!(told, AppendError::ConditionFailed { .. }), "{told}");
    append(&world.log, no_red_after(2)).await.unwrap();
}

#[tokio::test]
async fn what_rests_on_many_streams_is_the_writers_to_judge() {
    let world = World::new().await;
    let of = |streams: u64| {
        let new =
            (0..streams).flat_map(|n| answer(&format!("n-{n}"), Expected::NoStream).expectations);
        Append { expectations: new.collect(), ..Append::default() }
    };
    world.beside_a_lock(of(64)).await.unwrap();
    let asked = world.beside_a_lock(of(65)).await;
    assert!(is_busy(&asked), "so many would hold the caller's thread up: {asked:?}");
    append(&world.log, of(65)).await.unwrap();
}

#[tokio::test]
async fn the_writer_is_asked_where_no_reader_is_idle() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("orders.db");
    let url = format!("sqlite:{}?readers=1&busy_timeout_ms=50", path.display());
    let log = SqliteLog::open_url(&url).unwrap();
    fill(&log, "o", 1).await;
    let other = rusqlite::Connection::open(&path).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let asked = append(&log, answer("o-0", at(0))).await;
    assert!(matches!(asked, Err(AppendError::Busy)), "nothing was read yet: {asked:?}");
    read_stream(&log, &order("o-0")).await.unwrap();
    append(&log, answer("o-0", at(0))).await.unwrap();
}

#[tokio::test]
async fn what_rests_on_a_batch_with_the_writer_falls_with_it() {
    let world = World::new().await;
    world.lock();
    let (first, first_answer) = hand_over(&world.log, batch(&order("o-0"), at(0), 1)).await;
    // Its own expectation holds in what is durable; what it was decided on is not.
    let rests = Append { decided_on: vec![first], ..answer("o-1", Expected::NoStream) };
    let (_, answered) = hand_over(&world.log, rests).await;
    assert!(matches!(first_answer.await, Err(AppendError::Busy)));
    assert!(answered.await.is_err(), "what it rests on is not stored");
    world.unlock();
}

#[tokio::test]
async fn a_repetition_beside_its_first_attempt_is_the_writers_to_tell() {
    let world = World::waiting_for("60000").await;
    let (id, stream) = (CommandId::generate(), order("o-1"));
    let mut first = batch(&stream, Expected::NoStream, 1);
    first.command = Some(command(id, &stream));
    world.lock();
    let (_, first_answer) = hand_over(&world.log, first).await;
    let again = Append { unless_stored: Some(id), ..answer("o-1", Expected::NoStream) };
    let (_, answered) = hand_over(&world.log, again).await;
    world.unlock();
    first_answer.await.unwrap();
    let told = answered.await;
    assert!(matches!(told, Err(AppendError::CommandStored(_))), "{told:?}");
}

#[tokio::test]
async fn nothing_is_answered_as_long_as_the_outcome_of_a_commit_is_unknown() {
    let (folder, disk) = (tempfile::tempdir().unwrap(), Disk::register("nothing-unknown").unwrap());
    let path = folder.path().join("orders.db");
    let log = open_on(&path, &disk);
    fill(&log, "o", 1).await;
    read_stream(&log, &order("o-0")).await.unwrap();
    append(&log, answer("o-0", at(0))).await.unwrap();
    disk.fail(Fault::on(Call::Sync).error(IoError::Fsync).forever());
    let unknown = append(&log, batch(&order("o-0"), at(0), 1)).await;
    assert!(matches!(unknown, Err(AppendError::OutcomeUnknown { .. })), "{unknown:?}");
    for (id, expected) in [("o-0", at(0)), ("o-0", at(1)), ("o-1", Expected::NoStream)] {
        let asked = append(&log, answer(id, expected)).await;
        assert!(matches!(asked, Err(AppendError::Unavailable { .. })), "{asked:?}");
    }
    disk.heal();
    append(&log, answer("o-1", Expected::NoStream)).await.unwrap();
    log.close().await;
}

#[tokio::test]
async fn nothing_is_answered_from_a_file_that_was_replaced() {
    let world = World::new().await;
    let aside = world.path.with_file_name("aside.db");
    std::fs::rename(&world.path, &aside).unwrap();
    let told = append(&world.log, answer("o-0", at(0))).await.unwrap_err().to_string();
    assert!(told.contains("was deleted or replaced while it was open"), "{told}");
    std::fs::rename(&aside, &world.path).unwrap();
    append(&world.log, answer("o-0", at(0))).await.unwrap();
}

#[tokio::test]
async fn nothing_is_read_from_a_copy_that_lay_there_for_a_while() {
    let folder = tempfile::tempdir().unwrap();
    let place = |name: &str| folder.path().join(name);
    let (path, copy, aside) = (place("orders.db"), place("copy.db"), place("aside.db"));
    let other = open(&copy);
    fill(&other, "other", 2).await;
    other.close().await;
    let log = open(&path);
    append(&log, batch(&order("o-0"), Expected::NoStream, 2)).await.unwrap();
    log.close().await;

    // The heads are the same, and no read connection is open yet.
    let log = open(&path);
    std::fs::rename(&path, &aside).unwrap();
    std::fs::copy(&copy, &path).unwrap();
    let told = read_stream(&log, &order("o-0")).await.unwrap_err().to_string();
    assert!(told.contains("was deleted or replaced while it was open"), "{told}");
    std::fs::rename(&aside, &path).unwrap();
    assert_eq!(read_stream(&log, &order("o-0")).await.unwrap().len(), 2);
    let told = append(&log, answer("o-0", Expected::NoStream)).await.unwrap_err();
    assert!(matches!(told, AppendError::Conflict { .. }), "{told}");
}

#[tokio::test]
async fn a_closed_log_answers_nothing() {
    let world = World::new().await;
    let permit = world.log.reserve(None).await.unwrap();
    world.log.close().await;
    let late = permit.append(answer("o-0", at(0))).await;
    assert!(matches!(late, Err(AppendError::Closed)));
}
