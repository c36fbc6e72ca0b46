//! What is refused as a read side, and what the refusal says.

use std::fs;

use rusqlite::Connection;

use super::*;

#[tokio::test]
async fn a_directory() {
    let world = World::new();
    fs::create_dir(world.path("orders.read.db")).unwrap();
    let refused = world.refused().await;
    assert!(refused.contains("orders.read.db` is a directory"), "{refused}");
}

#[tokio::test]
async fn a_file_that_is_no_database() {
    let world = World::new();
    fs::write(world.path("orders.read.db"), "a shopping list, long enough to be looked at")
        .unwrap();
    let refused = world.refused().await;
    assert!(refused.contains("is no SQLite database"), "{refused}");
}

#[tokio::test]
async fn the_log_in_the_place_of_the_read_side() {
    let world = World::new();
    let app = world.start().await;
    app.shutdown(LONG).await.unwrap();
    fs::copy(world.path("orders.db"), world.path("orders.read.db")).unwrap();
    let refused = world.refused().await;
    assert!(refused.contains("orders.read.db` is a log, not a read side"), "{refused}");
}

#[tokio::test]
async fn one_that_a_newer_program_wrote() {
    let world = World::new();
    let app = world.start().await;
    app.shutdown(LONG).await.unwrap();
    let file = Connection::open(world.path("orders.read.db")).unwrap();
    file.pragma_update(None, "user_version", 99).unwrap();
    drop(file);
    let refused = world.refused().await;
    assert!(refused.contains("a newer version of this program (schema 99"), "{refused}");
}

#[tokio::test]
async fn one_that_is_cut_off() {
    let world = World::new();
    let app = world.start().await;
    let token = count(&app, "north", 1).await;
    tally(&app, "north", &token).await;
    app.shutdown(LONG).await.unwrap();
    let file = fs::OpenOptions::new().write(true).open(world.path("orders.read.db")).unwrap();
    file.set_len(5000).unwrap();
    drop(file);
    let refused = world.refused().await;
    assert!(refused.contains("damaged"), "{refused}");
}
