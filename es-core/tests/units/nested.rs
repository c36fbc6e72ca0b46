//! Commands that handlers send: they join the unit of work, and fail alone.

use std::sync::Arc;

use es_core::command::{CommandError, Dispatch};
use es_core::event::Tenant;
use es_core::prelude::*;

use super::domain::*;
use super::{app, balance, builder, names, open, stored};

fn pay_of(from: &str, amount: i64) -> Pay {
    Pay { from: from.to_owned(), to: "c".to_owned(), amount }
}

async fn accounts() -> App {
    let app = app().await;
    for (account, amount) in [("a", 1), ("b", 10), ("c", 0)] {
        open(&app, account, amount).await;
    }
    app
}

/// Opens an account for another tenant.
#[derive(Command, Clone, Serialize, Deserialize)]
struct OpenAbroad {
    account: String,
}

#[command_handler]
async fn open_abroad(
    command: OpenAbroad,
    commands: CommandGateway,
) -> Result<(), HandlerError<Overdrawn>> {
    let abroad = Dispatch::new().tenant(&Tenant::new("abroad").unwrap());
    let open = Open { account: command.account, balance: 1 };
    commands.send_with(open, abroad).await.map_err(HandlerError::nested)?;
    Ok(())
}

#[tokio::test]
async fn an_inner_command_of_another_tenant_is_refused() {
    let app = app().await;
    let open = OpenAbroad { account: "a".to_owned() };
    let error = app.commands().send(open).await.unwrap_err();
    assert!(error.to_string().contains("one unit of work belongs to one tenant"), "{error}");
    assert!(stored(&app).await.rows().is_empty());
}

#[tokio::test]
async fn inner_commands_are_stored_with_the_outer_one_and_seen_at_once() {
    let app = accounts().await;
    assert_eq!(app.commands().send(pay_of("b", 4)).await.unwrap(), 4, "the deposit is staged");
    let stored = stored(&app).await;
    assert_eq!(stored.names()[3..], ["Moved", "Moved"]);
    let streams: Vec<_> =
        stored.rows()[3..].iter().map(|e| e.stream.as_ref().unwrap().0.id()).collect();
    assert_eq!(streams, ["c", "b"], "in the order of `apply`");
}

/// Deposits as often as it says, and closes the account as it is expected to be then.
#[derive(Command, Clone, Serialize, Deserialize)]
struct DepositAndClose {
    account: String,
    deposits: u64,
    expected: Sequence,
}

#[command_handler]
async fn deposit_and_close(
    command: DepositAndClose,
    commands: CommandGateway,
) -> Result<(), HandlerError<Overdrawn>> {
    let DepositAndClose { account, deposits, expected } = command;
    for _ in 0..deposits {
        let deposit = Deposit { account: account.clone(), amount: 1 };
        commands.send(deposit).await.map_err(HandlerError::nested)?;
    }
    let close = CloseAt { account, version: expected };
    commands.send(close).await.map_err(HandlerError::nested)
}

#[tokio::test]
async fn the_version_that_an_inner_command_expects_is_the_staged_one() {
    let app = accounts().await;
    let commands = app.commands();
    for (account, deposits) in [("a", 0), ("b", 2)] {
        let close = |expected| {
            let (account, expected) = (account.to_owned(), Sequence(expected));
            commands.send(DepositAndClose { account, deposits, expected })
        };
        for wrong in (0..4).filter(|version| *version != deposits) {
            let error = close(wrong).await.unwrap_err();
            let CommandError::Nested { error: inner, .. } = &error else { panic!("{error}") };
            let CommandError::VersionMismatch { expected, actual, .. } = &**inner else {
                panic!("{error}")
            };
            assert_eq!((expected.0, actual.0), (wrong, deposits));
        }
        close(deposits).await.unwrap();
    }
    assert_eq!(names(&app).await, ["Closed", "Moved", "Moved", "Closed"]);
}

#[tokio::test]
async fn a_failed_inner_command_that_is_passed_on_undoes_everything() {
    let app = accounts().await;
    let error = app.commands().send(pay_of("a", 4)).await.unwrap_err();
    let CommandError::Nested { error: inner, .. } = &error else { panic!("{error}") };
    assert_eq!(inner.rejection().unwrap().downcast_ref(), Some(&Overdrawn { missing: 3 }));
    assert_eq!(error.rejection(), Some(&Overdrawn { missing: 3 }));
    assert!(error.is_rejection());
    assert!(names(&app).await.is_empty());
    assert_eq!(balance(&app, "c").await, 0);
    app.commands().send(pay_of("b", 4)).await.unwrap();
}

#[tokio::test]
async fn a_failed_inner_command_takes_back_its_own_events_and_nothing_else() {
    let app = accounts().await;
    let from = vec!["a".to_owned(), "missing".to_owned(), "b".to_owned()];
    let any = PayFromAny { from, to: "c".to_owned(), amount: 4 };
    assert_eq!(app.commands().send(any).await.unwrap().as_deref(), Some("b"));
    assert_eq!(names(&app).await, ["Moved", "Moved", "Noted"]);
    assert_eq!((balance(&app, "a").await, balance(&app, "c").await), (1, 4));
    app.commands().send(pay_of("b", 1)).await.unwrap();
    assert_eq!(balance(&app, "c").await, 5, "the live state is what the log says");
}

#[tokio::test]
async fn an_inner_panic_is_that_commands_error() {
    let app = accounts().await;
    let error = app.commands().send(pay_of("b", UNLUCKY)).await.unwrap_err();
    let CommandError::Nested { error: inner, .. } = &error else { panic!("{error}") };
    assert!(matches!(**inner, CommandError::Panicked { .. }), "{error}");
    app.commands().send(pay_of("b", 3)).await.unwrap();
}

#[tokio::test]
async fn a_handler_that_sends_to_its_own_aggregate_is_told() {
    let app = accounts().await;
    let error = app.commands().send(Mirror { account: "a".to_owned() }).await.unwrap_err();
    let CommandError::Nested { error: inner, .. } = &error else { panic!("{error}") };
    assert!(matches!(**inner, CommandError::InUse { .. }), "{error}");
    assert!(error.to_string().contains("handler that waits for this"), "{error}");
    assert_eq!(balance(&app, "a").await, 1);
    app.commands().send(Deposit { account: "a".to_owned(), amount: 1 }).await.unwrap();
}

#[tokio::test]
async fn inner_commands_inherit_the_conversation_and_what_is_propagated() {
    let builder = builder(&ManualPause::new(), &Arc::default());
    let app = builder.propagate(["user"]).start().await.unwrap();
    open(&app, "b", 10).await;
    open(&app, "c", 0).await;
    let id = CommandId::from_key("outer");
    let dispatch = Dispatch::new().id(id).meta("user", "ada").meta("agent", "curl");
    app.commands().send_with(pay_of("b", 4), dispatch).await.unwrap();
    let stored = stored(&app).await;
    let events = &stored.rows()[2..];
    for event in events {
        let metadata = &event.metadata;
        assert_eq!(metadata.correlation_id(), Some(id.0));
        assert_ne!(metadata.causation_id(), Some(id.0), "the inner command caused it");
        assert_eq!(metadata.get("user").as_deref(), Some("ada"));
        assert_eq!(metadata.get("agent"), None);
    }
    assert_ne!(events[0].metadata.causation_id(), events[1].metadata.causation_id());
}

#[tokio::test]
async fn a_unit_of_work_belongs_to_one_tenant() {
    let app = accounts().await;
    let dispatch = Dispatch::new().meta("tenant", "acme");
    let error = app.commands().send_with(pay_of("b", 4), dispatch).await.unwrap_err();
    let CommandError::Nested { error: inner, .. } = &error else { panic!("{error}") };
    assert!(matches!(**inner, CommandError::NotFound { .. }), "acme has no accounts: {error}");
}

#[tokio::test]
async fn what_a_failed_command_left_behind_changes_nothing() {
    let app = accounts().await;
    let take_up = TakeUp { account: "b".to_owned() };
    assert_eq!(app.commands().send(take_up).await.unwrap(), 10);
    assert_eq!(names(&app).await, ["Moved"], "that of the withdrawal of nothing");
    assert_eq!(balance(&app, "b").await, 10);
}
