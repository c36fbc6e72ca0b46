#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    missing_docs
)]

mod support;

use std::path::{Path, PathBuf};

use es_core::event::{CommandId, Position, RecordedEvent, Tenant};
use es_core::store::{AppendError, CommandMemory, EventStore, Expected, ReadError};
use es_faults::{Call, Crash, Disk, Fault, IoError};
use es_sqlite::SqliteLog;
use support::{append, batch, command, config_on, fill, head, open, open_on, order, read_all};

struct World {
    disk: Disk,
    log: SqliteLog,
    path: PathBuf,
    _folder: tempfile::TempDir,
}

impl World {
    fn new(name: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("orders.db");
        let disk = Disk::register(name).unwrap();
        let log = open_on(&path, &disk);
        Self { disk, log, path, _folder: folder }
    }

    async fn store(&self, id: &str) -> Result<u64, AppendError> {
        let committed = append(&self.log, batch(&order(id), Expected::NoStream, 1)).await?;
        Ok(committed.first.unwrap().0)
    }

    /// What a program finds that opens the file after this one is gone.
    async fn afterwards(self) -> Vec<String> {
        self.log.close().await;
        self.disk.heal();
        let log = open(&self.path);
        let events = read_all(&log).await.unwrap();
        log.close().await;
        events.iter().map(|e| e.stream.as_ref().unwrap().0.id().to_owned()).collect()
    }
}

#[tokio::test]
async fn a_full_disk_fails_the_command_and_nothing_else() {
    let world = World::new("full");
    assert_eq!(world.store("o-1").await.unwrap(), 1);
    world.disk.set_capacity(Some(world.disk.used()));
    for id in ["o-2", "o-3"] {
        let refused = world.store(id).await.unwrap_err();
        assert!(matches!(refused, AppendError::Unavailable { .. }), "{refused:?}");
        assert!(refused.to_string().contains("is full; free some room"), "{refused}");
    }
    assert_eq!(read_all(&world.log).await.unwrap().len(), 1, "reading still works");
    world.disk.set_capacity(None);
    assert_eq!(world.store("o-2").await.unwrap(), 2);
    assert_eq!(world.afterwards().await, ["o-1", "o-2"]);
}

#[tokio::test]
async fn a_full_disk_in_the_middle_of_a_large_group_stores_nothing_of_it() {
    let world = World::new("full-group");
    world.store("o-1").await.unwrap();
    world.disk.set_capacity(Some(world.disk.used() + 20 * 4096));
    let many = append(&world.log, batch(&order("many"), Expected::NoStream, 5000)).await;
    assert!(matches!(many, Err(AppendError::Unavailable { .. })), "{many:?}");
    world.disk.set_capacity(None);
    world.store("o-2").await.unwrap();
    assert_eq!(world.afterwards().await, ["o-1", "o-2"]);
}

#[tokio::test]
async fn a_disk_that_becomes_read_only_fails_commands_until_it_is_writable() {
    let world = World::new("read-only");
    world.store("o-1").await.unwrap();
    assert_eq!(head(&world.log).await, 1);
    world.disk.read_only(true);
    let refused = world.store("o-2").await.unwrap_err();
    let is_known =
        matches!(refused, AppendError::Unavailable { .. } | AppendError::OutcomeUnknown { .. });
    assert!(is_known, "{refused:?}");
    assert_eq!(head(&world.log).await, 1, "reading still works");
    world.disk.read_only(false);
    world.store("o-3").await.unwrap();
    let found = world.afterwards().await;
    assert!(found == ["o-1", "o-3"] || found == ["o-1", "o-2", "o-3"], "{found:?}");
}

#[tokio::test]
async fn a_flush_that_fails_once_has_a_certain_outcome_all_the_same() {
    let world = World::new("fsync-once");
    world.store("o-1").await.unwrap();
    world.disk.fail(Fault::on(Call::Sync).file("-wal").error(IoError::Fsync));
    let (stream, id) = (order("o-2"), CommandId::generate());
    let mut second = batch(&stream, Expected::NoStream, 1);
    second.command = Some(command(id, &stream));
    let answer = append(&world.log, second).await;
    let remembered = world.log.remembered(&Tenant::default(), id).await.unwrap();
    // Either is right, but the answer has to be true, now and after a restart.
    let is_stored = match answer {
        Ok(_) => true,
        Err(AppendError::Unavailable { .. }) => false,
        other => panic!("{other:?}"),
    };
    assert_eq!(remembered.is_some(), is_stored);
    world.store("o-3").await.unwrap();
    let expected: &[&str] = if is_stored { &["o-1", "o-2", "o-3"] } else { &["o-1", "o-3"] };
    assert_eq!(world.afterwards().await, expected);
}

#[tokio::test]
async fn a_disk_that_flushes_nothing_any_more_leaves_the_outcome_unknown() {
    let world = World::new("fsync-for-ever");
    world.store("o-1").await.unwrap();
    world.disk.fail(Fault::on(Call::Sync).error(IoError::Fsync).forever());
    let unknown = world.store("o-2").await.unwrap_err();
    assert!(matches!(unknown, AppendError::OutcomeUnknown { .. }), "{unknown:?}");
    let refused = world.store("o-3").await.unwrap_err();
    assert!(matches!(refused, AppendError::Unavailable { .. }), "{refused:?}");
    world.disk.heal();
    world.store("o-4").await.unwrap();
    let found = world.afterwards().await;
    assert!(found == ["o-1", "o-4"] || found == ["o-1", "o-2", "o-4"], "{found:?}");
}

#[tokio::test]
async fn whatever_call_fails_what_was_acknowledged_is_there() {
    let mut failing_call = 1;
    loop {
        let world = World::new(&format!("nth-{failing_call}"));
        world.disk.fail(Fault::anywhere().nth(failing_call));
        let (mut acknowledged, mut refused, mut unknown) = (Vec::new(), Vec::new(), Vec::new());
        let mut reasons = Vec::new();
        for n in 0..6 {
            let id = format!("o-{n}");
            match world.store(&id).await {
                Ok(_) => acknowledged.push(id),
                Err(AppendError::OutcomeUnknown { .. }) => unknown.push(id),
                Err(error) => {
                    reasons.push(error.to_string());
                    refused.push(id);
                }
            }
        }
        let is_through = world.disk.struck() == 0;
        let found = world.afterwards().await;
        for id in &acknowledged {
            assert!(found.contains(id), "call {failing_call}: {id} is lost, {found:?}");
        }
        for id in &refused {
            assert!(!found.contains(id), "call {failing_call}: {id} was refused, {found:?}");
        }
        assert!(acknowledged.len() >= 4, "call {failing_call}: {reasons:?} {unknown:?}");
        if is_through {
            assert!(failing_call > 20);
            return;
        }
        failing_call += 1;
    }
}

#[tokio::test]
async fn a_log_deleted_while_it_is_open_takes_no_more_commands() {
    let world = World::new("deleted");
    world.store("o-1").await.unwrap();
    let aside = world.path.with_file_name("aside.db");
    std::fs::rename(&world.path, &aside).unwrap();
    let refused = world.store("o-2").await.unwrap_err().to_string();
    assert!(
        refused.contains("was deleted or replaced while it was open; put it back"),
        "{refused}"
    );
    std::fs::rename(&aside, &world.path).unwrap();
    assert_eq!(world.store("o-3").await.unwrap(), 2);
}

#[tokio::test]
async fn a_log_deleted_while_its_outcome_is_unknown_is_not_made_anew() {
    let world = World::new("deleted-in-doubt");
    world.disk.fail(Fault::on(Call::Sync).error(IoError::Fsync).forever());
    world.store("o-1").await.unwrap_err();
    let aside = world.path.with_file_name("aside.db");
    std::fs::rename(&world.path, &aside).unwrap();
    world.disk.heal();
    let refused = world.store("o-2").await.unwrap_err().to_string();
    assert!(refused.contains("was deleted or replaced while it was open"), "{refused}");
    assert!(!world.path.exists());
    std::fs::rename(&aside, &world.path).unwrap();
    world.store("o-2").await.unwrap();
}

#[tokio::test]
async fn a_flipped_bit_is_found_and_its_place_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("orders.db");
    let log = open(&path);
    fill(&log, "o", 20).await;
    log.close().await;
    let whole = std::fs::read(&path).unwrap();
    // The payload of one event: `{"n":0}`, in the file once per event.
    let places: Vec<usize> =
        (0..whole.len() - 7).filter(|at| whole[*at..].starts_with(b"{\"n\":0}")).collect();
    assert_eq!(places.len(), 20);
    let mut damaged = whole.clone();
    damaged[places[7] + 5] ^= 1;
    std::fs::write(&path, damaged).unwrap();
    let log = open(&path);
    let Err(ReadError::Damaged { log: at, position }) = read_all(&log).await else {
        panic!("the damage was not found");
    };
    assert_eq!(at, path.display().to_string());
    // Pages fill from their end, so the places stand in the reverse order of the positions.
    assert_eq!(position, Position(20 - 7));
}

#[tokio::test]
async fn no_flipped_bit_gives_a_wrong_event() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("orders.db");
    let log = open(&path);
    fill(&log, "o", 20).await;
    let good = read_all(&log).await.unwrap();
    log.close().await;
    let whole = std::fs::read(&path).unwrap();
    for step in 0..1500_usize {
        let at = (step * 7919 + 13) % whole.len();
        let mut damaged = whole.clone();
        damaged[at] ^= 1 << (step % 8);
        std::fs::write(&path, damaged).unwrap();
        // Refusing to open, an error while reading, or the right events: all are fine.
        let url = format!("sqlite:{}?poll_ms=100000&readers=1", path.display());
        let Ok(log) = SqliteLog::open_url(&url) else { continue };
        if let Ok(events) = read_all(&log).await {
            for (event, good) in events.iter().zip(&good) {
                assert_eq!(format!("{event:?}"), format!("{good:?}"), "byte {at}");
            }
        }
        log.close().await;
    }
}

/// A log whose last flush failed, and whose program is gone.
async fn unflushed(name: &str) -> World {
    let world = World::new(name);
    world.store("o-1").await.unwrap();
    world.disk.fail(Fault::on(Call::Sync).error(IoError::Fsync).forever());
    world.store("o-2").await.unwrap_err();
    world.log.close().await;
    world.disk.heal();
    world
}

async fn after_a_power_cut(world: &World, log: SqliteLog) -> Vec<RecordedEvent> {
    world.disk.crash(Crash::LoseUnsynced).unwrap();
    log.close().await;
    read_all(&open(&world.path)).await.unwrap()
}

async fn starts_after_a_failed_flush(world: &World, path: &Path) {
    let log = open_on(path, &world.disk);
    let read = read_all(&log).await.unwrap().len();
    append(&log, batch(&order("o-3"), Expected::NoStream, 1)).await.unwrap();
    assert_eq!(after_a_power_cut(world, log).await.len(), read + 1);
}

#[tokio::test]
async fn a_program_that_starts_after_a_failed_flush_rests_nothing_on_what_was_not_flushed() {
    let world = unflushed("started-after-fsync").await;
    starts_after_a_failed_flush(&world, &world.path).await;
}

#[cfg(unix)]
#[tokio::test]
async fn nor_does_one_that_starts_through_a_link() {
    let world = unflushed("linked-after-fsync").await;
    let folder = tempfile::tempdir().unwrap();
    let link = folder.path().join("orders.db");
    std::os::unix::fs::symlink(&world.path, &link).unwrap();
    starts_after_a_failed_flush(&world, &link).await;
}

#[tokio::test]
async fn beside_a_reader_no_program_starts_after_a_failed_flush_until_it_is_gone() {
    let world = unflushed("started-beside-a-reader").await;
    let reader = world.disk.open(&world.path).unwrap();
    reader.execute_batch("BEGIN; SELECT count(*) FROM events").unwrap();
    let refused = SqliteLog::open(config_on(&world.path, &world.disk)).unwrap_err().to_string();
    assert!(refused.contains("a flush of `") && refused.contains("have it open"), "{refused}");
    drop(reader);
    let log = open_on(&world.path, &world.disk);
    let read = read_all(&log).await.unwrap().len();
    append(&log, batch(&order("o-4"), Expected::NoStream, 1)).await.unwrap();
    assert_eq!(after_a_power_cut(&world, log).await.len(), read + 1);
}

#[tokio::test]
async fn what_a_flush_left_in_doubt_is_read_by_nobody() {
    let world = World::new("read-in-doubt");
    world.store("o-1").await.unwrap();
    world.disk.fail(Fault::on(Call::Sync).error(IoError::Fsync).forever());
    let told = world.store("o-2").await.unwrap_err();
    assert!(matches!(told, AppendError::OutcomeUnknown { .. }), "{told:?}");
    // Nobody has read before, so this is the first reader.
    assert_eq!(read_all(&world.log).await.unwrap().len(), 1);
    assert_eq!(*world.log.committed().borrow(), Position(1));
}
