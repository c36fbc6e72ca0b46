//! A file that is opened past SQLite is on the same disk.
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

use std::io::{Read, Seek, Write};

use es_faults::{Call, Crash, Fault};
use support::{World, count, insert};

/// The write-ahead log of a database whose last commit could not be flushed.
fn unflushed(name: &str) -> (World, rusqlite::Connection, std::path::PathBuf) {
    let world = World::new(name);
    let connection = world.open_durable();
    insert(&connection, 1).unwrap();
    world.disk.fail(Fault::on(Call::Sync).file("-wal"));
    insert(&connection, 2).unwrap_err();
    let wal = world.path.with_file_name("orders.db-wal");
    (world, connection, wal)
}

#[test]
fn what_a_failed_sync_has_met_is_kept_once_it_is_written_again() {
    for is_written in [true, false] {
        let (world, connection, wal) = unflushed(&format!("past-sqlite-{is_written}"));
        let mut file = world.disk.open_file(&wal).unwrap();
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes).unwrap();
        if is_written {
            file.rewind().unwrap();
            file.write_all(&bytes).unwrap();
        }
        // Another connection to the same file flushes it.
        connection.query_row("PRAGMA wal_checkpoint(PASSIVE)", [], |_| Ok(())).unwrap();
        world.disk.crash(Crash::LoseUnsynced).unwrap();
        assert_eq!(std::fs::read(&wal).unwrap() == bytes, is_written);
    }
}

#[test]
fn its_calls_fail_on_purpose() {
    let (world, _connection, wal) = unflushed("past-sqlite-fails");
    for call in [Call::Open, Call::Read, Call::Write] {
        world.disk.fail(Fault::on(call).file("-wal"));
        let opened = world.disk.open_file(&wal);
        let failed = opened.and_then(|mut file| {
            let mut byte = [0];
            file.read_exact(&mut byte)?;
            file.rewind()?;
            file.write_all(&byte)
        });
        assert!(failed.unwrap_err().to_string().contains("failed on purpose"), "{call:?}");
    }
}

#[test]
fn the_power_stays_off_after_a_fault_has_cut_it_until_the_disk_is_healed() {
    let world = World::new("power-cut-fault");
    let connection = world.open_durable();
    insert(&connection, 1).unwrap();
    let cut = Fault::on(Call::Sync).file("-wal");
    world.disk.fail(cut.power_cut(Crash::LoseUnsynced));
    insert(&connection, 2).unwrap_err();
    assert!(world.open("WAL", "FULL").is_err());
    drop(connection);
    world.disk.heal();
    assert_eq!(count(&world.open_durable()), 1);
}
