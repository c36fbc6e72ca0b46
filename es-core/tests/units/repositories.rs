//! Several aggregates by repository: loaded, changed and stored together.

use es_core::command::CommandError;
use es_core::prelude::*;

use super::domain::*;
use super::{app, balance, names, open};

fn transfer_of(amount: i64) -> Transfer {
    Transfer { from: "a".to_owned(), to: "b".to_owned(), amount }
}

fn misuse_by(what: &[&str]) -> Misuse {
    Misuse(what.iter().map(|what| (*what).to_owned()).collect())
}

async fn two_accounts() -> App {
    let app = app().await;
    open(&app, "a", 10).await;
    open(&app, "b", 0).await;
    app
}

#[tokio::test]
async fn a_transfer_changes_both_or_none() {
    let app = two_accounts().await;
    assert_eq!(app.commands().send(transfer_of(4)).await.unwrap(), (6, 4));
    let error = app.commands().send(transfer_of(7)).await.unwrap_err();
    assert_eq!(error.rejection(), Some(&Overdrawn { missing: 1 }));
    assert_eq!(app.commands().send(transfer_of(6)).await.unwrap(), (0, 10));
    assert_eq!((balance(&app, "a").await, balance(&app, "b").await), (0, 10));
    assert_eq!(names(&app).await, ["Moved"; 4]);
}

#[tokio::test]
async fn a_missing_aggregate_is_told_as_if_it_were_the_target() {
    let app = two_accounts().await;
    let error = app.commands().send(misuse_by(&["load nothing"])).await.unwrap_err();
    assert!(matches!(error, CommandError::NotFound { .. }), "{error}");
    assert!(error.to_string().contains("nobody"), "{error}");
}

#[tokio::test]
async fn an_aggregate_is_lent_once_at_a_time() {
    let app = two_accounts().await;
    let said = app.commands().send(misuse_by(&["load twice", "load twice"])).await.unwrap();
    assert_eq!(said.len(), 2);
    assert!(said.iter().all(|it| it.contains("in use") && it.contains("guard")), "{said:?}");
}

#[tokio::test]
async fn a_guard_that_outlives_its_handler_fails_the_command_and_nothing_else() {
    let app = two_accounts().await;
    let error = app.commands().send(misuse_by(&["keep a guard"])).await.unwrap_err();
    assert!(error.to_string().contains("still held after its handler has ended"), "{error}");
    assert_eq!(app.commands().send(transfer_of(1)).await.unwrap(), (9, 1));
}

#[tokio::test]
async fn creating_tells_whether_it_is_there_already() {
    let app = two_accounts().await;
    let error = app.commands().send(misuse_by(&["create what is there"])).await.unwrap_err();
    assert!(matches!(error, CommandError::AlreadyExists { .. }), "{error}");
    let error = app.commands().send(misuse_by(&["create another"])).await.unwrap_err();
    assert!(matches!(error, CommandError::AlreadyExists { .. }), "{error}");
    let twice = misuse_by(&["load or create", "load or create"]);
    assert_eq!(app.commands().send(twice).await.unwrap(), ["0", "0"]);
    assert_eq!(balance(&app, "new").await, 0);
}

#[tokio::test]
async fn what_was_deleted_is_neither_loaded_nor_created_again() {
    let app = two_accounts().await;
    for account in ["nobody", "new"] {
        open(&app, account, 0).await;
    }
    for account in ["a", "nobody", "new"] {
        let close = CloseAt { account: account.to_owned(), version: Sequence(0) };
        app.commands().send(close).await.unwrap();
    }
    for what in ["load nothing", "create what is there", "load or create"] {
        let error = app.commands().send(misuse_by(&[what])).await.unwrap_err();
        assert!(matches!(error, CommandError::Deleted { .. }), "{what}: {error}");
    }
    let pay = Pay { from: "b".to_owned(), to: "a".to_owned(), amount: 1 };
    let error = app.commands().send(pay).await.unwrap_err();
    let CommandError::Nested { error: inner, .. } = &error else { panic!("{error}") };
    assert!(matches!(**inner, CommandError::Deleted { .. }), "{error}");
}

#[tokio::test]
async fn creating_what_only_the_log_knows_is_told_too() {
    let log = es_core::store::MemoryLog::new();
    let (one, other) = (super::app_on(log.clone()).await, super::app_on(log).await);
    open(&one, "a", 1).await;
    let error = other.commands().send(misuse_by(&["create what is there"])).await.unwrap_err();
    assert!(matches!(error, CommandError::AlreadyExists { .. }), "{error}");
}

#[tokio::test]
async fn what_is_only_read_stores_nothing_and_is_checked() {
    let app = two_accounts().await;
    let both = Total(vec!["a".to_owned(), "b".to_owned()]);
    assert_eq!(app.commands().send(both).await.unwrap(), 10);
    assert!(names(&app).await.is_empty());
}

#[tokio::test]
async fn a_repeated_id_gets_the_first_answer() {
    let app = two_accounts().await;
    let dispatch = || Dispatch::new().id(CommandId::from_key("the transfer"));
    let first = app.commands().send_tracked_with(transfer_of(4), dispatch()).await.unwrap();
    let again = app.commands().send_tracked_with(transfer_of(4), dispatch()).await.unwrap();
    assert_eq!(first, again);
    assert_eq!(balance(&app, "b").await, 4);
    let other = Total(Vec::new());
    let error = app.commands().send_with(other, dispatch()).await.unwrap_err();
    assert!(matches!(error, CommandError::CommandIdReused { .. }), "{error}");
}

#[tokio::test]
async fn one_id_sent_many_times_at_once_runs_once() {
    let app = two_accounts().await;
    let mut sending = tokio::task::JoinSet::new();
    for _ in 0..20 {
        let commands = app.commands();
        let dispatch = Dispatch::new().id(CommandId::from_key("the transfer"));
        sending.spawn(async move { commands.send_with(transfer_of(4), dispatch).await.unwrap() });
    }
    assert_eq!(sending.join_all().await, [(6, 4); 20]);
}

#[tokio::test]
async fn a_version_that_has_passed_is_refused_before_the_handler() {
    let app = two_accounts().await;
    app.commands().send(transfer_of(1)).await.unwrap();
    let close = |version| CloseAt { account: "a".to_owned(), version: Sequence(version) };
    let error = app.commands().send(close(0)).await.unwrap_err();
    let versions = (Sequence(0), Sequence(1));
    let told = matches!(
        error,
        CommandError::VersionMismatch { expected, actual, .. } if (expected, actual) == versions
    );
    assert!(told, "{error}");
    app.commands().send(close(1)).await.unwrap();
    let error = app.commands().send(transfer_of(1)).await.unwrap_err();
    assert!(matches!(error, CommandError::Deleted { .. }), "{error}");
}

#[tokio::test]
async fn a_recorded_refusal_keeps_the_events_and_is_remembered() {
    let app = two_accounts().await;
    let dispatch = || Dispatch::new().id(CommandId::from_key("refused"));
    for _ in 0..2 {
        let refuse = Refuse { account: "a".to_owned() };
        let error = app.commands().send_with(refuse, dispatch()).await.unwrap_err();
        assert_eq!(error.rejection(), Some(&Overdrawn { missing: 1 }));
    }
    assert_eq!(balance(&app, "a").await, 11);
}
