use es_core::event::Position;
use es_core::projection::{CaughtUpError, Status};

use super::domain::{FindTill, TillRow};
use super::*;

async fn row(app: &App, till: &str) -> Option<TillRow> {
    app.queries().query(FindTill { till: till.to_owned() }).await.unwrap()
}

/// An application in which something was taken from a till that is jammed.
async fn jammed(world: &World) -> (App, CommitToken) {
    let app = world.start().await;
    open(&app, "north").await;
    world.mischief.jammed.lock().unwrap().insert("north".to_owned());
    let token = take(&app, "north", 7).await;
    (app, token)
}

#[tokio::test]
async fn an_error_undoes_its_event_alone_and_is_tried_again_until_it_passes() {
    let world = World::default();
    let (app, token) = jammed(&world).await;
    let handle = app.projection::<TillRow>();
    let (status, reason) = failure(&handle).await;
    assert_eq!(status.position, Position(1), "what precedes the failure is kept");
    assert_eq!(row(&app, "north").await.unwrap().cents, 0, "what it wrote is undone");
    assert!(reason.contains("`CoinsTaken` at position 2"), "{reason}");
    assert!(reason.contains("`TillRow::on_taken`") && reason.contains("domain.rs:"), "{reason}");
    assert!(reason.contains("the till is jammed"), "{reason}");

    let error = handle.caught_up(&token, LONG).await.unwrap_err();
    assert!(matches!(error, CaughtUpError::Failed { .. }), "waiting is in vain: {error}");

    world.mischief.jammed.lock().unwrap().clear();
    until(&handle, |status| status.position == Position(2)).await;
    assert_eq!(
        row(&app, "north").await.unwrap(),
        TillRow { till: "north".to_owned(), cents: 7, takings: 1 }
    );
    assert_eq!(handle.status().state, ProcessorState::Running);
}

#[tokio::test]
async fn what_another_application_has_handled_meanwhile_is_no_failure() {
    let world = World::default();
    let (app, _) = jammed(&world).await;
    let handle = app.projection::<TillRow>();
    failure(&handle).await;

    // For the other one nothing is in the way.
    let other = World { mischief: Arc::default(), ..world.clone() }.start().await;
    let two = |status: &Status| status.position == Position(2);
    until(&other.projection::<TillRow>(), two).await;
    until(&handle, two).await;
    assert_eq!(handle.status().state, ProcessorState::Running);
    assert_eq!(row(&app, "north").await.unwrap().takings, 1);
}

#[tokio::test]
async fn a_panic_is_an_error_of_its_event_and_the_processor_lives() {
    let world = World::default();
    let app = world.start().await;
    open(&app, "north").await;
    world.mischief.panics.lock().unwrap().insert("north".to_owned());
    take(&app, "north", 7).await;
    let handle = app.projection::<TillRow>();
    let (_, reason) = failure(&handle).await;
    assert!(reason.contains("it panicked: the till exploded"), "{reason}");
    world.mischief.panics.lock().unwrap().clear();
    until(&handle, |status| status.position == Position(2)).await;
    assert_eq!(row(&app, "north").await.unwrap().cents, 7);
}

#[tokio::test]
async fn a_failing_event_does_not_keep_back_what_came_before_it_in_the_same_batch() {
    let world = World::default();
    let first = world.start().await;
    open(&first, "north").await;
    stop(first).await;
    // These wait for the next start, which reads them as one batch.
    let writer = writer(&world.log).await;
    take(&writer, "north", 1).await;
    take(&writer, "north", 2).await;
    open(&writer, "south").await;
    take(&writer, "south", 4).await;
    world.mischief.jammed.lock().unwrap().insert("south".to_owned());

    let app = world.start().await;
    let (status, _) = failure(&app.projection::<TillRow>()).await;
    assert_eq!(status.position, Position(4));
    assert_eq!(row(&app, "north").await.unwrap().takings, 2);
    assert_eq!(row(&app, "south").await.unwrap().takings, 0);
    assert_eq!(status.lag(), 1);
}

#[tokio::test]
async fn a_handler_that_waits_for_its_own_processor_is_told_so() {
    let world = World::default();
    let app = world.start().await;
    open(&app, "north").await;
    let handle = app.projection::<TillRow>();
    *world.mischief.waits_for.lock().unwrap() = Some(handle.clone());
    take(&app, "north", 7).await;
    let (_, reason) = failure(&handle).await;
    assert!(reason.contains("a handler of `tills` cannot wait for `tills`"), "{reason}");
}

#[tokio::test]
async fn a_processor_that_fails_stops_when_it_is_asked_to() {
    let world = World::default();
    let (app, _) = jammed(&world).await;
    let handle = app.projection::<TillRow>();
    failure(&handle).await;
    app.shutdown(LONG).await.unwrap();
    assert_eq!(handle.status().state, ProcessorState::Stopped);
}
