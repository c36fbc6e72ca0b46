use std::time::{Duration, Instant};

use es_core::event::Position;
use es_core::projection::CaughtUpError;
use es_core::store::{CommitToken, ReadError};

use super::domain::{FindTill, Polish, RichTills, TillRow};
use super::*;

#[tokio::test]
async fn what_a_command_stored_is_visible_once_the_projection_has_caught_up() {
    let app = World::default().start().await;
    open(&app, "north").await;
    let token = take(&app, "north", 7).await;
    app.projection::<TillRow>().caught_up(&token, LONG).await.unwrap();
    let row = app.queries().query(FindTill { till: "north".to_owned() }).await.unwrap();
    assert_eq!(row, Some(TillRow { till: "north".to_owned(), cents: 7, takings: 1 }));
}

#[tokio::test]
async fn all_that_is_stored_is_visible_once_the_application_has_caught_up() {
    let world = World::default();
    let app = world.start().await;
    for till in ["north", "south"] {
        open(&app, till).await;
        take(&app, till, 100).await;
    }
    app.caught_up(LONG).await.unwrap();
    let rich = app.queries().query(RichTills { at_least: 100 }).await.unwrap();
    assert_eq!(rich, ["north", "south"]);

    world.mischief.jammed.lock().unwrap().insert("north".to_owned());
    take(&app, "north", 1).await;
    let error = app.caught_up(LONG).await.unwrap_err().to_string();
    assert!(error.starts_with("projection `tills` does not get past a failure"), "{error}");
}

#[tokio::test]
async fn what_an_application_waits_for_in_vain_is_told_at_once_whoever_else_is_slow() {
    let world = World::default();
    let app = world.builder().start().await.unwrap();
    open(&app, "north").await;
    app.caught_up(LONG).await.unwrap();
    world.mischief.hangs.send_replace(true);
    app.commands().send(Polish { till: "north".to_owned() }).await.unwrap();
    world.mischief.jammed.lock().unwrap().insert("south".to_owned());
    open(&app, "south").await;
    let error = app.caught_up(LONG).await.unwrap_err();
    world.mischief.hangs.send_replace(false);
    let CaughtUpError::Failed { processor, .. } = &error else { panic!("{error}") };
    assert_eq!(processor, "write_postcard", "and nobody waited for `admire`");
}

#[tokio::test]
async fn every_processor_that_is_behind_is_named() {
    let world = World::default();
    let app = world.builder().start().await.unwrap();
    world.mischief.hangs.send_replace(true);
    open(&app, "north").await;
    app.commands().send(Polish { till: "north".to_owned() }).await.unwrap();
    let error = app.caught_up(Duration::from_millis(20)).await.unwrap_err();
    world.mischief.hangs.send_replace(false);
    let CaughtUpError::Several { errors } = &error else { panic!("{error}") };
    let late = errors.iter().filter_map(|error| match error {
        CaughtUpError::TimedOut { processor, .. } => Some(processor.as_str()),
        _ => None,
    });
    let late: Vec<_> = late.collect();
    assert!(late.contains(&"admire") && late.contains(&"write_postcard"), "{error}");
    assert!(error.to_string().contains("processors are behind:\n- projection `"), "{error}");
    app.caught_up(LONG).await.unwrap();
}

#[tokio::test]
async fn an_application_whose_log_cannot_be_read_says_why() {
    let app = World::default().start().await;
    app.log().close().await;
    let error = app.caught_up(LONG).await.unwrap_err();
    assert!(matches!(error, CaughtUpError::Log { source: ReadError::Closed }), "{error}");
}

#[tokio::test]
async fn an_event_nobody_subscribed_to_moves_the_token_too() {
    let app = World::default().start().await;
    open(&app, "north").await;
    let polish = Polish { till: "north".to_owned() };
    let token = app.commands().send_tracked(polish).await.unwrap().token;
    app.projection::<TillRow>().caught_up(&token, LONG).await.unwrap();
    assert_eq!(app.projection::<TillRow>().status().position, Position(2));
}

#[tokio::test]
async fn an_index_finds_rows_in_its_own_order() {
    let app = World::default().start().await;
    for (till, cents) in [("north", 300), ("south", 20), ("east", 1)] {
        open(&app, till).await;
        take(&app, till, cents).await;
    }
    let token = take(&app, "east", 100).await;
    app.projection::<TillRow>().caught_up(&token, LONG).await.unwrap();
    let rich = app.queries().query(RichTills { at_least: 100 }).await.unwrap();
    assert_eq!(rich, ["east", "north"]);
}

#[tokio::test]
async fn waiting_ends_at_the_deadline_and_says_where_the_projection_is() {
    let app = World::default().start().await;
    let token = open(&app, "north").await;
    app.projection::<TillRow>().caught_up(&token, LONG).await.unwrap();
    let later: CommitToken = "0:99".parse().unwrap();
    let error = app.projection::<TillRow>().caught_up(&later, Duration::from_millis(1)).await;
    let error = error.unwrap_err();
    assert!(
        matches!(&error, CaughtUpError::TimedOut { position: Position(1), wanted, .. }
            if *wanted == Position(99)),
        "{error}"
    );
    assert!(error.to_string().contains("at position 1, not yet at 99"), "{error}");
}

#[tokio::test]
async fn an_instant_is_a_deadline_too_and_an_empty_token_waits_for_nothing() {
    let app = World::default().start().await;
    let handle = app.projection::<TillRow>();
    handle.caught_up(&CommitToken::default(), Instant::now()).await.unwrap();
}

#[tokio::test]
async fn waiting_for_a_stopped_projection_fails_at_once() {
    let app = World::default().start().await;
    let handle = app.projection::<TillRow>();
    app.shutdown(LONG).await.unwrap();
    let later: CommitToken = "0:99".parse().unwrap();
    let error = handle.caught_up(&later, LONG).await.unwrap_err();
    assert!(matches!(error, CaughtUpError::Stopped { .. }), "{error}");
}

#[tokio::test]
async fn a_projection_that_is_not_part_of_the_application_says_so() {
    let app = App::test().only::<Till>().start().await.unwrap();
    let error = app.projection::<TillRow>().caught_up(&CommitToken::default(), LONG).await;
    let error = error.unwrap_err().to_string();
    assert!(error.contains("`tills` is not part of this application"), "{error}");
}
