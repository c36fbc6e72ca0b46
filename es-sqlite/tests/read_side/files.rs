//! What is refused as a read side, and what the refusal says.

use std::fs;

use es_core::projection::{ProcessorState, Status};
use es_core::testing::until;
use rusqlite::Connection;

use super::*;

const REMEDY: &str = "delete it or move it away while no program uses it: projections are built \
                      anew from the log, reactions begin behind its last event";

/// Checks that the start is refused with the one remedy, follows it, and starts again.
async fn refused_and_rebuilt(world: &World, part: &str) {
    let refused = world.refused().await;
    assert!(refused.contains(part) && refused.contains(REMEDY), "{refused}");
    assert!(!refused.contains('\n') && !refused.contains("backup"), "{refused}");
    let mut named = refused.split('`').filter(|part| part.ends_with("orders.read.db"));
    fs::rename(named.next().unwrap(), world.path("moved away")).unwrap();
    let app = world.start().await;
    let token = count(&app, "north", 1).await;
    assert_eq!(tally(&app, "north", &token).await.unwrap().total, 1);
    app.shutdown(LONG).await.unwrap();
}

#[tokio::test]
async fn a_directory() {
    let world = World::new();
    fs::create_dir(world.path("orders.read.db")).unwrap();
    refused_and_rebuilt(&world, "orders.read.db` is a directory").await;
}

#[tokio::test]
async fn a_file_that_is_no_database() {
    let world = World::new();
    fs::write(world.path("orders.read.db"), "a shopping list, long enough to be looked at")
        .unwrap();
    refused_and_rebuilt(&world, "is no SQLite database").await;
}

#[tokio::test]
async fn the_log_in_the_place_of_the_read_side() {
    let world = World::new();
    let app = world.start().await;
    app.shutdown(LONG).await.unwrap();
    fs::copy(world.path("orders.db"), world.path("orders.read.db")).unwrap();
    refused_and_rebuilt(&world, "orders.read.db` is a log, not a read side").await;
}

#[tokio::test]
async fn one_that_a_newer_program_wrote() {
    let world = World::new();
    let app = world.start().await;
    app.shutdown(LONG).await.unwrap();
    let file = Connection::open(world.path("orders.read.db")).unwrap();
    file.pragma_update(None, "user_version", 99).unwrap();
    drop(file);
    refused_and_rebuilt(&world, "a newer version of this program (schema 99").await;
}

#[tokio::test]
async fn one_that_is_cut_off() {
    let world = World::new();
    let app = world.start().await;
    app.shutdown(LONG).await.unwrap();
    let file = fs::OpenOptions::new().write(true).open(world.path("orders.read.db")).unwrap();
    file.set_len(5000).unwrap();
    drop(file);
    refused_and_rebuilt(&world, "is damaged or cut off").await;
}

#[tokio::test]
async fn one_that_is_damaged_behind_its_first_page() {
    let world = World::new();
    let app = world.start().await;
    app.shutdown(LONG).await.unwrap();
    let mut bytes = fs::read(world.path("orders.read.db")).unwrap();
    bytes[4096..].fill(0x5a);
    fs::write(world.path("orders.read.db"), bytes).unwrap();
    refused_and_rebuilt(&world, "is damaged or cut off").await;
}

#[tokio::test]
async fn one_of_another_build() {
    let world = World::new();
    let app = world.start().await;
    app.shutdown(LONG).await.unwrap();
    let file = Connection::open(world.path("orders.read.db")).unwrap();
    file.execute_batch("ALTER TABLE tokens DROP COLUMN fence").unwrap();
    drop(file);
    refused_and_rebuilt(&world, "its table `tokens` has no column `fence`").await;
}

/// SQLite sees nothing wrong with a file whose rows are gone.
#[tokio::test]
async fn one_of_which_rows_were_deleted() {
    let world = World::new();
    let app = world.start().await;
    app.shutdown(LONG).await.unwrap();
    let file = Connection::open(world.path("orders.read.db")).unwrap();
    assert_eq!(file.execute("DELETE FROM meta", []).unwrap(), 1);
    drop(file);
    let app = world.start().await;
    count(&app, "north", 1).await;
    let handle = app.projection::<Tally>();
    let failed = |status: &Status| matches!(status.state, ProcessorState::Failed { .. });
    let ProcessorState::Failed { reason, .. } = until(&handle, failed).await.state else {
        unreachable!()
    };
    let told = "orders.read.db` is damaged or cut off: a row that must be there is missing; ";
    assert!(reason.contains(told) && reason.contains(REMEDY), "{reason}");
    assert!(!reason.contains("try again"), "{reason}");
    app.shutdown(LONG).await.unwrap();
}

/// Of a program that was killed: the write-ahead log stays behind, and is of no use alone.
#[tokio::test]
async fn a_deleted_one_whose_write_ahead_log_is_left() {
    let world = World::new();
    let app = world.start().await;
    let token = count(&app, "north", 1).await;
    tally(&app, "north", &token).await;
    fs::copy(world.path("orders.read.db-wal"), world.path("left")).unwrap();
    assert!(fs::metadata(world.path("left")).unwrap().len() > 0);
    app.shutdown(LONG).await.unwrap();
    fs::remove_file(world.path("orders.read.db")).unwrap();
    fs::rename(world.path("left"), world.path("orders.read.db-wal")).unwrap();
    let app = world.start().await;
    let token = count(&app, "north", 2).await;
    assert_eq!(tally(&app, "north", &token).await.unwrap().total, 3);
    app.shutdown(LONG).await.unwrap();
}
