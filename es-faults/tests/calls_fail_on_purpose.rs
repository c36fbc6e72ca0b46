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

use es_faults::{Call, Crash, Disk, Fault, IoError, RegisterError};
use rusqlite::ffi;
use support::{World, assert_sound, code, count, insert};

#[test]
fn a_healthy_disk_changes_nothing() {
    let world = World::new("healthy");
    let connection = world.open_durable();
    for id in 0..100 {
        insert(&connection, id).unwrap();
    }
    drop(connection);
    let connection = world.open_durable();
    assert_eq!(count(&connection), 100);
    assert_sound(&connection);
    assert_eq!(world.disk.struck(), 0);
}

#[test]
fn a_failing_open_is_reported_and_the_next_one_works() {
    let world = World::new("fail-open");
    world.disk.fail(Fault::on(Call::Open).file("orders.db"));
    assert_eq!(code(world.open("WAL", "FULL")), ffi::SQLITE_CANTOPEN);
    world.open_durable();
    assert_eq!(world.disk.struck(), 1);
}

#[test]
fn a_failing_read_is_reported() {
    let world = World::new("fail-read");
    let connection = world.open("DELETE", "FULL").unwrap();
    insert(&connection, 1).unwrap();
    drop(connection);
    let connection = world.disk.open(&world.path).unwrap();
    world.disk.fail(Fault::on(Call::Read).file("orders.db").error(IoError::Read).forever());
    let found = connection.query_row("SELECT count(*) FROM orders", [], |row| row.get::<_, i64>(0));
    assert_eq!(code(found), ffi::SQLITE_IOERR_READ);
    world.disk.heal();
    assert_eq!(count(&connection), 1);
}

#[test]
fn a_failing_write_fails_its_transaction_alone() {
    let world = World::new("fail-write");
    let connection = world.open_durable();
    insert(&connection, 1).unwrap();
    world.disk.fail(Fault::on(Call::Write).file("-wal"));
    assert_eq!(code(insert(&connection, 2)), ffi::SQLITE_IOERR_WRITE);
    insert(&connection, 3).unwrap();
    assert_eq!(count(&connection), 2);
    assert_sound(&connection);
}

#[test]
fn a_write_can_fail_half_way() {
    let world = World::new("fail-half");
    let connection = world.open_durable();
    insert(&connection, 1).unwrap();
    let before = world.disk.used();
    world.disk.fail(Fault::on(Call::Write).file("-wal").nth(2).after_writing(100));
    assert_eq!(code(insert(&connection, 2)), ffi::SQLITE_IOERR_WRITE);
    assert_eq!(world.disk.used(), before + 24 + 100, "a frame's header and part of its page");
    insert(&connection, 3).unwrap();
    assert_eq!(count(&connection), 2);
    assert_sound(&connection);
}

#[test]
fn a_failing_sync_at_commit_leaves_the_outcome_open() {
    let outcome = |name: &str, crash: Crash| {
        let world = World::new(name);
        let connection = world.open_durable();
        insert(&connection, 1).unwrap();
        world.disk.fail(Fault::on(Call::Sync).file("-wal").error(IoError::Fsync));
        assert_eq!(code(insert(&connection, 2)), ffi::SQLITE_IOERR_FSYNC);
        world.disk.crash(crash).unwrap();
        drop(connection);
        count(&world.open_durable())
    };
    let stored = Crash::KeepFirst { changes: usize::MAX, torn_bytes: 0 };
    assert_eq!(outcome("sync-stored", stored), 2, "the refused row is there all the same");
    assert_eq!(outcome("sync-lost", Crash::LoseUnsynced), 1);
}

#[test]
fn a_failing_truncation_is_reported() {
    let world = World::new("fail-truncate");
    let connection = world.open("TRUNCATE", "FULL").unwrap();
    world.disk.fail(Fault::on(Call::Truncate).file("-journal"));
    assert_eq!(code(insert(&connection, 1)), ffi::SQLITE_IOERR_TRUNCATE);
    drop(connection);
    let connection = world.open("TRUNCATE", "FULL").unwrap();
    assert_eq!(count(&connection), 0, "the journal was still there and rolled the row back");
}

#[test]
fn a_failing_deletion_is_reported() {
    let world = World::new("fail-delete");
    let connection = world.open("DELETE", "FULL").unwrap();
    world.disk.fail(Fault::on(Call::Delete).file("-journal"));
    assert_eq!(code(insert(&connection, 1)), ffi::SQLITE_IOERR_DELETE);
}

#[test]
fn a_lock_held_by_another_process_can_be_played() {
    let world = World::new("fail-lock");
    let connection = world.open("DELETE", "FULL").unwrap();
    connection.busy_timeout(std::time::Duration::ZERO).unwrap();
    world.disk.fail(Fault::on(Call::Lock).file("orders.db").error(IoError::Busy));
    assert_eq!(code(insert(&connection, 1)), ffi::SQLITE_BUSY);
    insert(&connection, 2).unwrap();
}

#[test]
fn a_failing_wal_index_is_reported() {
    let world = World::new("fail-shm");
    let connection = world.open_durable();
    world.disk.fail(Fault::on(Call::Shm).error(IoError::ShmLock));
    assert_eq!(code(insert(&connection, 1)), ffi::SQLITE_IOERR_SHMLOCK);
    insert(&connection, 2).unwrap();
}

#[test]
fn the_nth_call_fails_and_no_other() {
    let world = World::new("nth");
    let connection = world.open_durable();
    world.disk.fail(Fault::on(Call::Sync).file("-wal").nth(3));
    let outcomes: Vec<bool> = (0..6).map(|id| insert(&connection, id).is_ok()).collect();
    assert_eq!(outcomes, [true, true, false, true, true, true]);
}

#[test]
fn every_single_failing_call_leaves_the_database_sound() {
    let world = World::new("every-call");
    for n in 1.. {
        let path = world.path.with_file_name(format!("run-{n}.db"));
        let mut acknowledged = 0;
        let before = world.disk.struck();
        world.disk.fail(Fault::anywhere().nth(n));
        let mut run = || -> rusqlite::Result<()> {
            let connection = world.disk.open(&path)?;
            connection.execute_batch(
                "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;
                 CREATE TABLE orders (id INTEGER PRIMARY KEY, note TEXT);",
            )?;
            for id in 0..5 {
                insert(&connection, id)?;
                acknowledged += 1;
            }
            Ok(())
        };
        let outcome = run();
        world.disk.heal();
        let connection = world.disk.open(&path).unwrap();
        assert_sound(&connection);
        if acknowledged > 0 {
            assert!(count(&connection) >= acknowledged, "call {n} lost an acknowledged row");
        }
        if world.disk.struck() == before {
            outcome.unwrap();
            assert!(n > 20, "the run made only {n} calls");
            return;
        }
    }
}

#[test]
fn calls_are_counted_by_kind() {
    let world = World::new("counts");
    let connection = world.open_durable();
    let (syncs, all) = (world.disk.count(Call::Sync), world.disk.count_all());
    for id in 0..10 {
        insert(&connection, id).unwrap();
    }
    assert_eq!(world.disk.count(Call::Sync) - syncs, 10, "one flush a commit");
    assert!(world.disk.count_all() > all + 10);
}

#[test]
fn a_name_is_registered_once() {
    let _first = Disk::register("twice").unwrap();
    assert!(matches!(Disk::register("twice"), Err(RegisterError::NameTaken(_))));
    assert!(matches!(Disk::register("a b"), Err(RegisterError::InvalidName(_))));
}
