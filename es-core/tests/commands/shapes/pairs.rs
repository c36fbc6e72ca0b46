//! One command, two handlers: existence chooses.

use es_core::command::CommandError;
use es_core::prelude::*;

use super::domain::{
    Account, AccountError, Close, Ensure, EnsureStep, Import, ImportSlowly, Open, PayIn,
};
use super::start;

async fn balance(app: &App, account: &str) -> u64 {
    app.repository::<Account>().load(&account.to_owned()).await.unwrap().balance
}

#[tokio::test]
async fn the_first_command_creates_and_the_next_one_goes_on() {
    let (app, commands) = start().await;
    commands.send(PayIn::new("a", 3)).await.unwrap();
    commands.send(PayIn::new("a", 4)).await.unwrap();
    assert_eq!(balance(&app, "a").await, 7);
    // The other handler created it; the pair goes on from there.
    commands.send(Open::new("b", 0)).await.unwrap();
    commands.send(PayIn::new("b", 5)).await.unwrap();
    assert_eq!(balance(&app, "b").await, 5);
}

#[tokio::test]
async fn a_half_that_cannot_fail_leaves_the_error_to_the_other() {
    let (app, commands) = start().await;
    // The creating half takes what the other refuses.
    commands.send(PayIn::new("a", 0)).await.unwrap();
    let refused = commands.send(PayIn::new("a", 0)).await.unwrap_err();
    assert_eq!(refused.rejection(), Some(&AccountError::NothingPaidIn));
    assert_eq!(balance(&app, "a").await, 0);
}

#[tokio::test]
async fn a_creating_half_may_refuse_or_decide_for_nothing() {
    let (app, commands) = start().await;
    let refused = commands.send(Import::new("a", 0)).await.unwrap_err();
    assert_eq!(refused.rejection(), Some(&AccountError::NothingPaidIn));
    let nothing = commands.send_tracked(Import::new("a", 1)).await.unwrap();
    assert!(nothing.token.is_empty(), "a creator without an event stores nothing");
    commands.send(Import::new("a", 2)).await.unwrap();
    commands.send(Import::new("a", 0)).await.unwrap();
    assert_eq!(balance(&app, "a").await, 0);
    commands.send(Import::new("a", 9)).await.unwrap();
    assert_eq!(balance(&app, "a").await, 9);
}

#[tokio::test]
async fn a_plain_and_an_asynchronous_handler_pair_up() {
    let (app, commands) = start().await;
    commands.send(ImportSlowly::new("a", 2)).await.unwrap();
    assert_eq!(balance(&app, "a").await, 0);
    commands.send(ImportSlowly::new("a", 2)).await.unwrap();
    assert_eq!(balance(&app, "a").await, 2);
}

#[tokio::test]
async fn a_pair_is_sent_by_name_like_every_command() {
    let (app, commands) = start().await;
    for _ in 0..2 {
        commands.named("PayIn", br#"{"account":"a","amount":2}"#).await.unwrap();
    }
    assert_eq!(balance(&app, "a").await, 4);
    let shown = app.describe().to_string();
    assert_eq!(shown.matches("command PayIn ").count(), 1, "{shown}");
}

#[tokio::test]
async fn commands_that_meet_at_a_missing_aggregate_create_it_once() {
    let (app, commands) = start().await;
    let sends = (0..20).map(|_| {
        let commands = commands.clone();
        tokio::spawn(async move { commands.send(PayIn::new("a", 1)).await })
    });
    for send in sends.collect::<Vec<_>>() {
        send.await.unwrap().unwrap();
    }
    assert_eq!(balance(&app, "a").await, 20);
}

#[tokio::test]
async fn create_if_missing_creates_once_and_then_decides() {
    let (app, commands) = start().await;
    commands.send(Ensure::new("a", 0)).await.unwrap();
    let second = commands.send_tracked(Ensure::new("a", 0)).await.unwrap();
    assert!(second.token.is_empty());
    assert_eq!(commands.send(EnsureStep::new("a", 2)).await.unwrap(), 2);
    assert_eq!(commands.send(EnsureStep::new("b", 3)).await.unwrap(), 3);
    assert_eq!(balance(&app, "b").await, 3);
}

#[tokio::test]
async fn what_was_deleted_is_missing_for_no_shape() {
    let (_app, commands) = start().await;
    commands.send(Open::new("a", 0)).await.unwrap();
    commands.send(Close::new("a", 0)).await.unwrap();
    let deleted = |error: &CommandError<_>| matches!(error, CommandError::Deleted { .. });
    let pair = commands.send(PayIn::new("a", 1)).await.unwrap_err();
    assert!(deleted(&pair), "{pair}");
    let pair = commands.send(Import::new("a", 1)).await.unwrap_err();
    assert!(deleted(&pair), "{pair}");
    for error in [
        commands.send(Open::new("a", 0)).await.unwrap_err().to_string(),
        commands.send(Close::new("a", 0)).await.unwrap_err().to_string(),
        commands.send(ImportSlowly::new("a", 1)).await.unwrap_err().to_string(),
        commands.send(Ensure::new("a", 0)).await.unwrap_err().to_string(),
        commands.send(EnsureStep::new("a", 0)).await.unwrap_err().to_string(),
    ] {
        assert!(error.contains("deleted"), "{error}");
    }
}
