//! The write-ahead log is carried into the database whole, or not at all.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    missing_docs
)]

mod support;

use std::path::PathBuf;

use es_core::store::EventStore;
use es_faults::{Call, Crash, Disk, Fault};
use es_sqlite::SqliteLog;
use rusqlite::Connection;
use support::{append, head, heavy, open, open_on, order, read_all};

/// A log in which every order is one event of a megabyte, some 260 frames.
struct World {
    disk: Disk,
    log: SqliteLog,
    path: PathBuf,
    stored: usize,
    _folder: tempfile::TempDir,
}

/// The frames of a write-ahead log, and how many of them the database holds.
#[derive(Debug, PartialEq)]
struct Frames {
    written: u32,
    carried: u32,
}

impl World {
    fn new(name: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("orders.db");
        let disk = Disk::register(name).unwrap();
        let log = open_on(&path, &disk);
        Self { disk, log, path, stored: 0, _folder: folder }
    }

    async fn store(&mut self, megabytes: usize) {
        for _ in 0..megabytes {
            let stream = order(&format!("o-{}", self.stored));
            append(&self.log, heavy(&stream, 1 << 20)).await.unwrap();
            self.stored += 1;
        }
    }

    /// Somebody who reads the log as it is now, until the connection is dropped.
    fn reader(&self) -> Connection {
        let reader = self.disk.open(&self.path).unwrap();
        reader.execute_batch("BEGIN; SELECT count(*) FROM events").unwrap();
        reader
    }

    fn frames(&self) -> Frames {
        let connection = self.disk.open(&self.path).unwrap();
        let sql = "PRAGMA wal_checkpoint(NOOP)";
        let frames =
            |row: &rusqlite::Row<'_>| Ok(Frames { written: row.get(1)?, carried: row.get(2)? });
        connection.query_row(sql, [], frames).unwrap()
    }
}

#[tokio::test]
async fn a_reader_in_the_way_puts_all_of_it_off() {
    let mut world = World::new("reader-in-the-way");
    world.store(10).await;
    let reader = world.reader();
    world.store(10).await;
    let frames = world.frames();
    assert!(frames.written > 5000, "{frames:?}");
    assert_eq!(frames.carried, 0, "what is carried past a reader is not flushed");
    drop(reader);
    world.store(5).await;
    assert_eq!(head(&world.log).await, 25);
    assert!(world.frames().written < 5000, "the log began anew");
}

#[tokio::test]
async fn a_flush_that_fails_after_a_reader_was_in_the_way_loses_nothing() {
    let mut world = World::new("flush-after-reader");
    world.store(12).await;
    let reader = world.reader();
    world.store(5).await;
    drop(reader);
    world.disk.fail(Fault::on(Call::Sync).file("orders.db"));
    while world.disk.struck() == 0 {
        world.store(1).await;
    }
    // The database is flushed after all, and the write-ahead log begins anew.
    world.store(12).await;
    world.disk.crash(Crash::LoseUnsynced).unwrap();
    world.log.close().await;

    let log = open(&world.path);
    assert_eq!(read_all(&log).await.unwrap().len(), world.stored);
    log.close().await;
    let connection = Connection::open(&world.path).unwrap();
    let sound: String =
        connection.query_row("PRAGMA integrity_check", [], |row| row.get(0)).unwrap();
    assert_eq!(sound, "ok");
}
