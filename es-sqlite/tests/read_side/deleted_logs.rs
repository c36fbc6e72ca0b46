//! A log that is gone, older, or another one, beside a read side that lives on.

use std::fs;

use super::*;

const SENTENCE: &str = "the read side belongs to another log; reset it (delete `";
const LOST: &str = ", so events are lost; restore the log from a backup with all the files that \
                    belong to it; only if the log is right as it is, reset the read side (delete `";

async fn lived(world: &World) {
    let app = world.start().await;
    count(&app, "north", 2).await;
    let token = count(&app, "north", 3).await;
    tally(&app, "north", &token).await;
    app.projection::<Ledger>().caught_up(&token, LONG).await.unwrap();
    app.shutdown(LONG).await.unwrap();
}

#[tokio::test]
async fn a_deleted_log_beside_a_living_read_side_is_refused_with_the_remedy() {
    let world = World::new();
    lived(&world).await;
    fs::remove_file(world.path("orders.db")).unwrap();
    let refused = world.refused().await;
    assert!(refused.contains(SENTENCE), "{refused}");
    assert!(refused.contains("orders.read.db"), "{refused}");

    // As a reader of the sentence would: what stands in back-quotes is deleted.
    let named = refused.split('`').filter(|part| part.ends_with(".db"));
    assert_eq!(named.map(|file| fs::remove_file(file).unwrap()).count(), 2, "{refused}");
    let app = world.start().await;
    let token = count(&app, "north", 1).await;
    assert_eq!(tally(&app, "north", &token).await.unwrap().total, 1);
    app.shutdown(LONG).await.unwrap();
}

#[tokio::test]
async fn a_log_restored_from_an_older_backup_is_refused() {
    let world = World::new();
    let app = world.start().await;
    count(&app, "north", 1).await;
    app.shutdown(LONG).await.unwrap();
    fs::copy(world.path("orders.db"), world.path("backup.db")).unwrap();
    lived(&world).await;
    fs::copy(world.path("backup.db"), world.path("orders.db")).unwrap();
    let refused = world.refused().await;
    let shorter = "the log is shorter than what was read from it (it ends at position 2, and \
                   position 4 was read)";
    assert!(refused.contains(&format!("{shorter}{LOST}")), "{refused}");
}

#[tokio::test]
async fn another_history_with_the_same_numbers_is_refused() {
    let world = World::new();
    let app = world.start().await;
    count(&app, "north", 1).await;
    app.shutdown(LONG).await.unwrap();
    fs::copy(world.path("orders.db"), world.path("backup.db")).unwrap();
    lived(&world).await;

    // The same log goes another way: the same identity, other events at the same positions.
    fs::copy(world.path("backup.db"), world.path("orders.db")).unwrap();
    let elsewhere = World::new();
    fs::copy(world.path("backup.db"), elsewhere.path("orders.db")).unwrap();
    lived(&elsewhere).await;
    fs::copy(elsewhere.path("orders.db"), world.path("orders.db")).unwrap();
    let refused = world.refused().await;
    let another = "the log has another event at position 4 than the one that was read there";
    assert!(refused.contains(&format!("{another}{LOST}")), "{refused}");
}
