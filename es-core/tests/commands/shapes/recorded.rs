//! "Refuse, but keep the events": what fails and must be counted all the same.

use es_core::command::CommandError;
use es_core::prelude::*;

use es_core::testing::given;

use super::domain::{
    Account, AccountError, LogIn, LogInPlainly, LogInStep, LoginFailed, Open, Opened,
};
use super::start;

async fn failures(app: &App) -> u32 {
    app.repository::<Account>().load(&"a".to_owned()).await.unwrap().failures
}

fn failed(failures: u32) -> Option<AccountError> {
    Some(AccountError::LoginFailed { failures })
}

#[tokio::test]
async fn a_recorded_refusal_keeps_what_was_applied() {
    let (app, commands) = start().await;
    commands.send(Open::new("a", 0)).await.unwrap();
    for count in 1..=3 {
        let refused = commands.send(LogIn::new("a", 1)).await.unwrap_err();
        assert_eq!(refused.rejection().cloned(), failed(count));
        assert_eq!(failures(&app).await, count);
    }
    // A plain refusal of the same handler keeps nothing.
    let refused = commands.send(LogIn::new("a", 0)).await.unwrap_err();
    assert_eq!(refused.rejection(), Some(&AccountError::NothingPaidIn));
    assert_eq!(failures(&app).await, 3);
}

#[tokio::test]
async fn every_way_to_write_it_records() {
    let (app, commands) = start().await;
    let created = commands.send(LogInStep::new("a", 1)).await.unwrap_err();
    assert_eq!(created.rejection().cloned(), failed(1));
    let alias = commands.send(LogInPlainly::new("a", 1)).await.unwrap_err();
    assert_eq!(alias.rejection().cloned(), failed(2));
    let step = commands.send(LogInStep::new("a", 1)).await.unwrap_err();
    assert_eq!(step.rejection().cloned(), failed(3));
    assert_eq!(failures(&app).await, 3);
}

#[tokio::test]
async fn nothing_applied_is_a_plain_refusal() {
    let (app, commands) = start().await;
    commands.send(Open::new("a", 0)).await.unwrap();
    let dispatch = || Dispatch::new().id(CommandId::from_key("nothing"));
    for failed_before in 0..2 {
        let refused = commands.send_with(LogInStep::new("a", 0), dispatch()).await.unwrap_err();
        // It is not remembered either: the second run sees what came between.
        assert_eq!(refused.rejection().cloned(), failed(failed_before));
        let between = commands.send(LogIn::new("a", 1)).await.unwrap_err();
        assert!(between.is_rejection());
    }
    assert_eq!(failures(&app).await, 2);
}

#[tokio::test]
async fn a_repetition_gets_the_recorded_refusal_again() {
    let (app, commands) = start().await;
    commands.send(Open::new("a", 0)).await.unwrap();
    let dispatch = || Dispatch::new().id(CommandId::from_key("log in"));
    for _ in 0..2 {
        let refused = commands.send_with(LogIn::new("a", 1), dispatch()).await.unwrap_err();
        assert_eq!(refused.rejection().cloned(), failed(1));
        // Another failure between the two: the repetition is not decided again.
        let _ = commands.send(LogInPlainly::new("a", 1)).await.unwrap_err();
    }
    assert_eq!(failures(&app).await, 3);
    let reused = commands.send_with(LogInPlainly::new("a", 1), dispatch()).await.unwrap_err();
    assert!(matches!(reused, CommandError::CommandIdReused { .. }), "{reused}");
}

#[tokio::test]
async fn the_error_reaches_whoever_sends_by_name() {
    let (app, commands) = start().await;
    commands.send(Open::new("a", 0)).await.unwrap();
    let refused = commands.named("LogIn", br#"{"account":"a","amount":1}"#).await.unwrap_err();
    let rejection = refused.rejection().expect("a rejection");
    assert_eq!(rejection.downcast_ref().cloned(), failed(1));
    assert_eq!(failures(&app).await, 1);
}

#[test]
fn a_fixture_shows_the_refusal_and_what_it_stored() {
    given::<Account>()
        .events(Opened { account: "a".into() })
        .when(LogIn::new("a", 1))
        .then_error(AccountError::LoginFailed { failures: 1 })
        .then_events(LoginFailed {})
        .then_state(|account| assert_eq!(account.failures, 1));
}
