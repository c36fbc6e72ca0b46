use es_core::event::Position;

use super::domain::{FindTill, TillRow};
use super::*;

#[tokio::test]
async fn a_projection_goes_on_where_it_stopped_and_handles_nothing_twice() {
    let world = World::default();
    let app = world.start().await;
    open(&app, "north").await;
    let token = take(&app, "north", 1).await;
    app.projection::<TillRow>().caught_up(&token, LONG).await.unwrap();
    stop(app).await;

    let app = world.start().await;
    let token = take(&app, "north", 2).await;
    app.projection::<TillRow>().caught_up(&token, LONG).await.unwrap();
    let row = app.queries().query(FindTill { till: "north".to_owned() }).await.unwrap();
    assert_eq!(row.unwrap().cents, 3);
    let calls = world.mischief.calls.lock().unwrap().clone();
    assert_eq!(calls, [("north".to_owned(), 1), ("north".to_owned(), 2)]);
}

#[tokio::test]
async fn a_read_side_that_was_deleted_is_rebuilt_as_a_replay() {
    let mut world = World::default();
    let app = world.start().await;
    open(&app, "north").await;
    let token = take(&app, "north", 5).await;
    app.projection::<TillRow>().caught_up(&token, LONG).await.unwrap();
    stop(app).await;

    world.read_side = MemoryReadSide::new();
    let app = world.start().await;
    let handle = app.projection::<TillRow>();
    assert_eq!(handle.status().head, Position(2), "nothing is handled yet, and it is not done");
    app.caught_up(LONG).await.unwrap();
    assert_eq!(handle.status().replay_until, Position(2));
    let row = app.queries().query(FindTill { till: "north".to_owned() }).await.unwrap();
    assert_eq!(row.unwrap().cents, 5);
}

#[tokio::test]
async fn a_read_side_of_another_log_is_refused_with_the_remedy() {
    let mut world = World::default();
    let app = world.start().await;
    let token = open(&app, "north").await;
    app.projection::<TillRow>().caught_up(&token, LONG).await.unwrap();
    stop(app).await;

    world.log = MemoryLog::new();
    let error = world.try_start().await.err().expect("the log is another one").to_string();
    let sentence = "the read side belongs to another log; reset it";
    assert!(error.contains(sentence), "{error}");
    assert!(error.contains("processor `tills`"), "{error}");
    assert!(
        error
            .contains("if the log was lost, remove the new one with all its files, and restore it"),
        "{error}"
    );
}

#[tokio::test]
async fn two_applications_on_one_read_side_handle_each_event_once() {
    let world = World::default();
    let first = world.start().await;
    let second = world.start().await;
    open(&first, "north").await;
    let mut token = CommitToken::default();
    for _ in 0..50 {
        token = token.merge(&take(&first, "north", 1).await);
    }
    first.projection::<TillRow>().caught_up(&token, LONG).await.unwrap();
    second.projection::<TillRow>().caught_up(&token, LONG).await.unwrap();
    for app in [&first, &second] {
        let row = app.queries().query(FindTill { till: "north".to_owned() }).await.unwrap();
        assert_eq!(row.unwrap().cents, 50);
    }
}
