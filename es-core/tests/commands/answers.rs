use es_core::command::{CommandError, Rejection};
use es_core::event::Tenant;
use es_core::prelude::*;

use super::app;
use super::domain::*;

#[tokio::test]
async fn a_reply_comes_typed_from_the_handler() {
    let commands = app().await.commands();
    commands.send(set_up("a")).await.unwrap();
    commands.send(put("a", 5)).await.unwrap();
    let left: u64 = commands.send(take("a", 2)).await.unwrap();
    assert_eq!(left, 3);
}

#[tokio::test]
async fn a_rejection_stays_typed_and_stores_nothing() {
    let app = app().await;
    let commands = app.commands();
    commands.send(set_up("a")).await.unwrap();
    let error = commands.send(take("a", 1)).await.unwrap_err();
    assert_eq!(error.rejection(), Some(&ShelfError::TooFew { there: 0 }));
    assert!(error.is_rejection() && !error.is_retryable());
    assert_eq!(app.repository::<Shelf>().load(&"a".to_owned()).await.unwrap().version.0, 0);
}

#[tokio::test]
async fn what_is_missing_there_already_or_deleted_is_said_so() {
    let commands = app().await.commands();
    let missing = commands.send(put("a", 1)).await.unwrap_err();
    assert!(matches!(missing, CommandError::NotFound { .. }), "{missing}");
    commands.send(set_up("a")).await.unwrap();
    let there = commands.send(set_up("a")).await.unwrap_err();
    assert!(matches!(there, CommandError::AlreadyExists { .. }), "{there}");
    commands.send(TearDown { shelf: "a".to_owned() }).await.unwrap();
    let deleted = commands.send(put("a", 1)).await.unwrap_err();
    assert!(matches!(deleted, CommandError::Deleted { .. }), "{deleted}");
    let deleted = commands.send(set_up("a")).await.unwrap_err();
    assert!(matches!(deleted, CommandError::Deleted { .. }), "ids are never used again: {deleted}");
}

#[tokio::test]
async fn a_command_without_events_stores_nothing_and_has_an_empty_token() {
    let commands = app().await.commands();
    let first = commands.send_tracked(set_up("a")).await.unwrap();
    assert_eq!(first.token.to_string(), "0:1");
    let nothing = commands.send_tracked(put("a", 0)).await.unwrap();
    assert!(nothing.token.is_empty());
}

#[tokio::test]
async fn dispatch_finds_the_handler_at_run_time_and_keeps_the_domain_error() {
    let commands = app().await.commands();
    commands.dispatch::<()>(set_up("a")).await.unwrap();
    let error: CommandError<Rejection> = commands.dispatch::<u64>(take("a", 1)).await.unwrap_err();
    let rejection = error.rejection().unwrap();
    assert_eq!(rejection.downcast_ref(), Some(&ShelfError::TooFew { there: 0 }));
}

#[tokio::test]
async fn a_command_by_name_takes_and_gives_json() {
    let commands = app().await.commands();
    let reply = commands.named("SetUp", br#"{"shelf":"a"}"#).await.unwrap();
    assert_eq!(reply.get(), "null");
    commands.named("Put", br#"{"shelf":"a","boxes":3}"#).await.unwrap();
    let reply = commands.named("Take", br#"{"shelf":"a","boxes":1}"#).await.unwrap();
    assert_eq!(reply.get(), "2");
}

#[tokio::test]
async fn an_unknown_name_says_what_there_is_and_what_to_write() {
    let commands = app().await.commands();
    let error = commands.named("Pull", b"{}").await.unwrap_err().to_string();
    assert!(error.contains("`Pull`") && error.contains("SetUp"), "{error}");
    assert!(error.contains(".with::<"), "{error}");
}

#[tokio::test]
async fn json_that_is_not_the_command_is_refused_whatever_it_is() {
    let commands = app().await.commands();
    let deep = format!("{{\"shelf\":{}1{}}}", "[".repeat(10_000), "]".repeat(10_000));
    for json in ["", "{}", "[1]", "{\"shelf\":7}", "{\"shelf\":\"a\"", deep.as_str()] {
        let error = commands.named("SetUp", json.as_bytes()).await.unwrap_err();
        assert!(matches!(error, CommandError::Undecodable { .. }), "{error}");
    }
}

#[tokio::test]
async fn an_id_that_cannot_be_stored_is_refused_with_the_reason() {
    let commands = app().await.commands();
    for (id, reason) in [("", "empty"), ("a\0b", "U+0000"), (&"x".repeat(10_240), "10240 bytes")] {
        let error = commands.send(set_up(id)).await.unwrap_err();
        assert!(matches!(error, CommandError::InvalidId { .. }), "{error}");
        assert!(error.to_string().contains(reason), "{error}");
    }
}

#[tokio::test]
async fn tenants_do_not_meet() {
    let commands = app().await.commands();
    let other = Dispatch::new().tenant(&Tenant::new("other").unwrap());
    commands.send(set_up("a")).await.unwrap();
    let missing = commands.send_with(put("a", 1), other.clone()).await.unwrap_err();
    assert!(matches!(missing, CommandError::NotFound { .. }), "{missing}");
    commands.send_with(set_up("a"), other).await.unwrap();
}

#[tokio::test]
async fn a_panic_is_the_error_of_that_command_alone() {
    let app = app().await;
    let commands = app.commands();
    commands.send(set_up("a")).await.unwrap();
    commands.send(put("a", 4)).await.unwrap();
    let error = commands.send(Collapse { shelf: "a".to_owned() }).await.unwrap_err();
    assert!(matches!(error, CommandError::Panicked { .. }), "{error}");
    assert!(error.to_string().contains("the shelf gave way"), "{error}");
    // What it had applied is gone: the next command decides on the stored state.
    assert_eq!(commands.send(take("a", 1)).await.unwrap(), 3);
}
