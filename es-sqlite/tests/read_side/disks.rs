//! Disks that fail under the read side: the projection waits and goes on, commands do not notice.

use std::sync::Arc;

use es_core::projection::{ProcessorState, Status};
use es_core::registry::StoreUrl;
use es_core::testing::until;
use es_faults::Disk;
use es_sqlite::{SqliteConfig, SqliteReadSide};

use super::*;

#[tokio::test]
async fn a_full_disk_under_the_read_side_stops_no_command_and_is_got_over() {
    let world = World::new();
    let disk = Disk::register("full-read-side").unwrap();
    let read_side = format!("sqlite:{}?vfs=full-read-side", world.path("orders.db").display());
    let config = SqliteConfig::from_url(&StoreUrl::parse(&read_side).unwrap()).unwrap();
    let app = App::builder()
        .store(format!("sqlite:{}", world.path("orders.db").display()))
        .read_side(Arc::new(SqliteReadSide::open(&config).unwrap()))
        .only::<(TallySheet, Tally)>()
        .start()
        .await
        .unwrap();
    let token = count(&app, "north", 1).await;
    tally(&app, "north", &token).await;

    disk.set_capacity(Some(disk.used()));
    let long_name = "x".repeat(200);
    let mut token = token;
    for number in 0..300 {
        token = token.merge(&count(&app, &format!("{long_name}-{number}"), 1).await);
    }
    let handle = app.projection::<Tally>();
    let failed = |status: &Status| matches!(status.state, ProcessorState::Failed { .. });
    let ProcessorState::Failed { reason, .. } = until(&handle, failed).await.state else {
        unreachable!()
    };
    assert!(reason.contains("is full; free some room"), "{reason}");

    disk.set_capacity(None);
    until(&handle, |status| token.position(Default::default()) == Some(status.position)).await;
    assert_eq!(tally(&app, "north", &token).await.unwrap().counts, 1);
    app.shutdown(LONG).await.unwrap();
}
