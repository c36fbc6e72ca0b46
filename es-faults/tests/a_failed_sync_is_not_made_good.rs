//! What a failed sync has met is lost unless it is written again, however many syncs succeed later.
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

use es_faults::{Call, Crash, Fault};
use rusqlite::Connection;
use support::{World, assert_sound, count, insert};

/// Asks for a checkpoint and tells whether it carried everything.
fn checkpoint(connection: &Connection, mode: &str) -> rusqlite::Result<bool> {
    let sql = format!("PRAGMA wal_checkpoint({mode})");
    connection.query_row(&sql, [], |row| Ok(row.get::<_, i64>(1)? == row.get::<_, i64>(2)?))
}

fn fill(connection: &Connection, ids: std::ops::Range<i64>) {
    ids.for_each(|id| insert(connection, id).unwrap());
}

#[test]
fn sqlite_writes_again_what_a_checkpoint_could_not_flush() {
    let world = World::new("written-again");
    let connection = world.open_durable();
    fill(&connection, 0..40);
    world.disk.fail(Fault::on(Call::Sync).file("orders.db"));
    checkpoint(&connection, "PASSIVE").unwrap_err();
    assert!(checkpoint(&connection, "TRUNCATE").unwrap());
    // Begins the write-ahead log anew, over what could have brought the pages back.
    insert(&connection, 100).unwrap();
    world.disk.crash(Crash::LoseUnsynced).unwrap();
    drop(connection);
    let connection = world.open_durable();
    assert_sound(&connection);
    assert_eq!(count(&connection), 41);
}

/// A checkpoint that a reader stops short counts pages as carried that it has not flushed, so no
/// later one writes them again. Whoever keeps a log in SQLite has to know.
#[test]
fn sqlite_loses_what_a_checkpoint_carried_past_a_reader() {
    let world = World::new("past-a-reader");
    let connection = world.open_durable();
    fill(&connection, 0..40);
    let reader = world.disk.open(&world.path).unwrap();
    reader.execute_batch("BEGIN").unwrap();
    assert_eq!(count(&reader), 40);
    fill(&connection, 40..80);
    assert!(!checkpoint(&connection, "PASSIVE").unwrap(), "the reader was not in the way");
    drop(reader);
    world.disk.fail(Fault::on(Call::Sync).file("orders.db"));
    checkpoint(&connection, "PASSIVE").unwrap_err();
    assert!(checkpoint(&connection, "TRUNCATE").unwrap());
    // Begins the write-ahead log anew, over what could have brought the pages back.
    insert(&connection, 100).unwrap();
    world.disk.crash(Crash::LoseUnsynced).unwrap();
    drop(connection);
    let connection = world.disk.open(&world.path).unwrap();
    let verdict: rusqlite::Result<String> =
        connection.query_row("PRAGMA integrity_check", [], |row| row.get(0));
    assert!(verdict.map_or(true, |verdict| verdict != "ok"), "nothing was lost");
}
