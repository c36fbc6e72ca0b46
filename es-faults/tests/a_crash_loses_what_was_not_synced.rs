#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    unreachable_pub,
    dead_code,
    missing_docs
)]

mod support;

use es_faults::{Crash, Disk, Fault};
use rusqlite::{Connection, ffi};
use support::{World, assert_sound, code, count, insert};

#[test]
fn a_crash_loses_what_was_never_synced() {
    let world = World::new("lose");
    let connection = world.open("WAL", "FULL").unwrap();
    insert(&connection, 1).unwrap();
    connection.execute_batch("PRAGMA synchronous=NORMAL").unwrap();
    insert(&connection, 2).unwrap();
    assert!(world.disk.unsynced() > 0);
    world.disk.crash(Crash::LoseUnsynced).unwrap();
    drop(connection);
    let connection = world.open_durable();
    assert_eq!(count(&connection), 1, "the second row was acknowledged without a sync");
    assert_sound(&connection);
}

#[test]
fn a_crash_loses_what_a_disk_only_pretended_to_sync() {
    let world = World::new("lie");
    let connection = world.open_durable();
    insert(&connection, 1).unwrap();
    world.disk.fail(Fault::lying_flush().forever());
    insert(&connection, 2).unwrap();
    assert!(world.disk.unsynced() > 0);
    world.disk.crash(Crash::LoseUnsynced).unwrap();
    drop(connection);
    world.disk.heal();
    let connection = world.open_durable();
    assert_eq!(count(&connection), 1);
    assert_sound(&connection);
}

#[test]
fn a_crash_never_loses_what_was_synced() {
    let world = World::new("keep");
    let connection = world.open_durable();
    for id in 0..20 {
        insert(&connection, id).unwrap();
    }
    assert_eq!(world.disk.unsynced(), 0, "nothing is left unsynced between commits");
    world.disk.crash(Crash::LoseUnsynced).unwrap();
    drop(connection);
    let connection = world.open_durable();
    assert_eq!(count(&connection), 20);
    assert_sound(&connection);
}

#[test]
fn a_connection_from_before_the_crash_is_dead() {
    let world = World::new("dead");
    let connection = world.open_durable();
    insert(&connection, 1).unwrap();
    world.disk.crash(Crash::LoseUnsynced).unwrap();
    assert_eq!(code(insert(&connection, 2)) & 0xff, ffi::SQLITE_IOERR);
    drop(connection);
    assert_eq!(count(&world.open_durable()), 1);
}

#[test]
fn the_rollback_journal_survives_every_torn_state() {
    survives_every_state("torn-journal", "DELETE", "EXTRA");
}

#[test]
fn the_write_ahead_log_survives_every_torn_state() {
    survives_every_state("torn-wal", "WAL", "FULL");
}

/// Interrupts a transaction, which has written but not committed, in every way.
fn survives_every_state(name: &str, journal_mode: &str, synchronous: &str) {
    let world = World::new(name);
    for step in 0.. {
        let path = world.path.with_file_name(format!("state-{step}.db"));
        let connection = interrupted(&world.disk, &path, journal_mode, synchronous);
        let states = world.disk.unsynced();
        let crash = if step % 2 == 0 {
            Crash::KeepFirst { changes: step / 2, torn_bytes: 512 }
        } else {
            Crash::Scramble { seed: step as u64 }
        };
        world.disk.crash(crash).unwrap();
        drop(connection);
        let connection = world.disk.open(&path).unwrap();
        assert_sound(&connection);
        assert_eq!(count(&connection), 3, "crash {crash:?}");
        drop(connection);
        if step / 2 > states {
            assert!(states > 5, "the transaction left only {states} changes unsynced");
            return;
        }
    }
}

/// A connection in the middle of a transaction, three rows after the last commit.
fn interrupted(
    disk: &Disk,
    path: &std::path::Path,
    journal_mode: &str,
    synchronous: &str,
) -> Connection {
    let connection = disk.open(path).unwrap();
    connection
        .execute_batch(&format!(
            "PRAGMA journal_mode={journal_mode}; PRAGMA synchronous={synchronous};
             PRAGMA cache_size=2; PRAGMA cache_spill=ON;
             CREATE TABLE orders (id INTEGER PRIMARY KEY, note TEXT);"
        ))
        .unwrap();
    for id in 0..3 {
        insert(&connection, id).unwrap();
    }
    connection.execute_batch("BEGIN").unwrap();
    for id in 3..100 {
        insert(&connection, id).unwrap();
    }
    connection
}

#[test]
fn the_weaker_flush_is_caught() {
    // The harness proves itself: the same story with `synchronous=NORMAL` loses rows.
    let world = World::new("weaker");
    let connection = world.open("WAL", "NORMAL").unwrap();
    connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(())).unwrap();
    for id in 0..20 {
        insert(&connection, id).unwrap();
    }
    world.disk.crash(Crash::LoseUnsynced).unwrap();
    drop(connection);
    assert!(count(&world.open_durable()) < 20);
}
