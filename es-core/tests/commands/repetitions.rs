use es_core::command::CommandError;
use es_core::prelude::*;

use super::app;
use super::domain::*;

fn under(key: &str) -> Dispatch {
    Dispatch::new().id(CommandId::from_key(key))
}

#[tokio::test]
async fn a_repeated_create_gets_its_first_answer() {
    let app = app().await;
    let first = app.commands().send_tracked_with(set_up("a"), under("k")).await.unwrap();
    let again = app.commands().send_tracked_with(set_up("a"), under("k")).await.unwrap();
    assert_eq!(first, again);
    assert_eq!(app.repository::<Shelf>().load(&"a".to_owned()).await.unwrap().version.0, 0);
}

#[tokio::test]
async fn a_repetition_runs_nothing_even_when_the_state_has_moved_on() {
    let commands = app().await.commands();
    commands.send(set_up("a")).await.unwrap();
    commands.send(put("a", 9)).await.unwrap();
    assert_eq!(commands.send_with(take("a", 4), under("k")).await.unwrap(), 5);
    commands.send(take("a", 5)).await.unwrap();
    assert_eq!(commands.send_with(take("a", 4), under("k")).await.unwrap(), 5);
    assert_eq!(
        commands.send(take("a", 1)).await.unwrap_err().rejection().unwrap(),
        &ShelfError::TooFew { there: 0 }
    );
}

#[tokio::test]
async fn repetitions_at_the_same_time_store_once() {
    let app = app().await;
    let commands = app.commands();
    commands.send(set_up("a")).await.unwrap();
    let sends = (0..32).map(|_| {
        let commands = commands.clone();
        tokio::spawn(async move { commands.send_with(put("a", 1), under("k")).await })
    });
    for send in sends.collect::<Vec<_>>() {
        send.await.unwrap().unwrap();
    }
    assert_eq!(app.repository::<Shelf>().load(&"a".to_owned()).await.unwrap().boxes, 1);
}

#[tokio::test]
async fn a_rejection_is_decided_anew() {
    let commands = app().await.commands();
    commands.send(set_up("a")).await.unwrap();
    commands.send_with(take("a", 1), under("k")).await.unwrap_err();
    commands.send(put("a", 1)).await.unwrap();
    assert_eq!(commands.send_with(take("a", 1), under("k")).await.unwrap(), 0);
}

#[tokio::test]
async fn another_command_under_the_same_id_is_refused_by_name() {
    let commands = app().await.commands();
    commands.send_with(set_up("a"), under("k")).await.unwrap();
    for error in [
        commands.send_with(set_up("b"), under("k")).await.unwrap_err().to_string(),
        commands.send_with(put("a", 1), under("k")).await.unwrap_err().to_string(),
    ] {
        assert!(error.contains("used for `SetUp to Shelf a` before"), "{error}");
    }
}

#[tokio::test]
async fn every_error_carries_the_id_to_try_again_with() {
    let commands = app().await.commands();
    let id = CommandId::from_key("k");
    let error = commands.send_with(put("a", 1), Dispatch::new().id(id)).await.unwrap_err();
    assert_eq!(error.command_id(), id);
    assert!(matches!(error, CommandError::NotFound { .. }));
}
