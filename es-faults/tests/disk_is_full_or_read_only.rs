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

use rusqlite::ffi;
use support::{World, assert_sound, code, count, insert};

#[test]
fn a_full_disk_refuses_rows_until_it_is_freed() {
    let world = World::new("full");
    let connection = world.open_durable();
    insert(&connection, 1).unwrap();
    world.disk.set_capacity(Some(world.disk.used()));
    assert_eq!(code(insert(&connection, 2)), ffi::SQLITE_FULL);
    assert_eq!(count(&connection), 1, "reading still works");
    world.disk.set_capacity(None);
    insert(&connection, 3).unwrap();
    assert_eq!(count(&connection), 2);
    assert_sound(&connection);
}

#[test]
fn a_full_disk_accepts_what_overwrites() {
    let world = World::new("full-overwrite");
    let connection = world.open_durable();
    insert(&connection, 1).unwrap();
    // After a checkpoint the log starts again from its beginning.
    connection.query_row("PRAGMA wal_checkpoint(RESTART)", [], |_| Ok(())).unwrap();
    world.disk.set_capacity(Some(world.disk.used()));
    insert(&connection, 2).unwrap();
    assert_eq!(count(&connection), 2);
}

#[test]
fn a_file_can_fill_up_byte_by_byte() {
    let world = World::new("full-byte");
    let connection = world.open_durable();
    insert(&connection, 1).unwrap();
    let used = world.disk.used();
    // The row needs a frame of 24 + 4096 bytes.
    for spare in [1, 24, 25, 4119] {
        world.disk.set_capacity(Some(used + spare));
        assert_eq!(code(insert(&connection, 2)), ffi::SQLITE_FULL);
    }
    world.disk.heal();
    drop(connection);
    let connection = world.open_durable();
    assert_eq!(count(&connection), 1);
    assert_sound(&connection);
}

#[test]
fn a_read_only_disk_can_be_read() {
    let world = World::new("read-only");
    let connection = world.open("DELETE", "FULL").unwrap();
    insert(&connection, 1).unwrap();
    drop(connection);
    world.disk.read_only(true);
    let connection = world.disk.open(&world.path).unwrap();
    assert_eq!(count(&connection), 1);
    assert_eq!(code(insert(&connection, 2)), ffi::SQLITE_READONLY);
    drop(connection);
    world.disk.read_only(false);
    insert(&world.disk.open(&world.path).unwrap(), 2).unwrap();
}

#[test]
fn a_read_only_disk_takes_no_new_file() {
    let world = World::new("read-only-new");
    world.disk.read_only(true);
    assert_eq!(code(world.disk.open(&world.path)), ffi::SQLITE_CANTOPEN);
    assert!(!world.path.exists());
}

#[test]
fn a_disk_that_becomes_read_only_fails_writes_of_open_connections() {
    let world = World::new("read-only-later");
    let connection = world.open_durable();
    insert(&connection, 1).unwrap();
    world.disk.read_only(true);
    assert_eq!(code(insert(&connection, 2)), ffi::SQLITE_IOERR_WRITE);
    assert_eq!(count(&connection), 1);
    world.disk.read_only(false);
    insert(&connection, 3).unwrap();
}
