//! The write-ahead log is carried into the database beside the commits, and does not grow for ever.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
#![allow(missing_docs)]

mod support;

use std::path::{Path, PathBuf};
use std::time::Duration;

use es_core::event::Partition;
use es_core::store::EventStore;
use es_faults::{Call, Disk, Fault, IoError};
use es_sqlite::SqliteLog;

use crate::support::{append, fill, heavy, open, open_on, order, read_all};

const PATIENCE: Duration = Duration::from_secs(20);

/// A megabyte, of which sixteen are a checkpoint.
const WEIGHT: usize = 1 << 20;

/// The write-ahead log's bytes at which the writer waits, and a group's.
const MOST: u64 = 4 * 4_000 * 4_120 + 8 * WEIGHT as u64;

async fn weigh(log: &SqliteLog, megabytes: usize) {
    for n in 0..megabytes {
        append(log, heavy(&order(&format!("heavy-{n}")), WEIGHT)).await.unwrap();
    }
}

fn write_ahead_log(path: &Path) -> u64 {
    let mut name = PathBuf::from(path).into_os_string();
    name.push("-wal");
    std::fs::metadata(name).unwrap().len()
}

#[tokio::test]
async fn commits_are_answered_while_a_checkpoint_flushes() {
    let folder = tempfile::tempdir().unwrap();
    let disk = Disk::register("slow-flush").unwrap();
    let log = open_on(&folder.path().join("orders.db"), "slow-flush");
    let flush = disk.hold(Call::Sync, "orders.db");
    weigh(&log, 17).await;
    assert!(flush.reached_within(PATIENCE), "there was no checkpoint");
    fill(&log, "meanwhile", 20).await;
    flush.release();
    log.close().await;
    let log = open(&folder.path().join("orders.db"));
    assert_eq!(read_all(&log).await.unwrap().len(), 37);
}

#[tokio::test]
async fn the_write_ahead_log_begins_anew_while_commits_go_on() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("orders.db");
    let log = open(&path);
    weigh(&log, 200).await;
    assert!(write_ahead_log(&path) < MOST, "{}", write_ahead_log(&path));
    assert_eq!(log.head(Partition(0)).await.unwrap().0, 200);
    log.close().await;
}

#[tokio::test]
async fn a_checkpoint_that_failed_is_made_good_by_a_later_one() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("orders.db");
    let disk = Disk::register("fails-at-first").unwrap();
    let log = open_on(&path, "fails-at-first");
    let flush = Fault::on(Call::Sync).file("orders.db").error(IoError::Fsync);
    let struck = disk.fail_held(flush);
    weigh(&log, 17).await;
    assert!(struck.reached_within(PATIENCE), "there was no checkpoint");
    struck.release();
    weigh(&log, 100).await;
    assert!(write_ahead_log(&path) < MOST, "{}", write_ahead_log(&path));
    log.close().await;
    assert_eq!(read_all(&open(&path)).await.unwrap().len(), 117);
}

/// What the stories above look for: without checkpoints the write-ahead log holds everything.
#[tokio::test]
async fn a_write_ahead_log_that_is_never_carried_away_is_noticed() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("orders.db");
    let disk = Disk::register("never").unwrap();
    let log = open_on(&path, "never");
    disk.fail(Fault::on(Call::Sync).file("orders.db").error(IoError::Fsync).forever());
    weigh(&log, 100).await;
    assert!(write_ahead_log(&path) > MOST);
    disk.heal();
    log.close().await;
    assert_eq!(read_all(&open(&path)).await.unwrap().len(), 100);
}
