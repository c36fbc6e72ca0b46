//! The end of an aggregate, and streams that no handler could have written.

use es_core::aggregate::{LoadError, ReplayError};
use es_core::command::CommandError;
use es_core::event::{EventId, Metadata, StreamId, Tenant};
use es_core::prelude::*;
use es_core::store::{Append, NewEvent};

use super::domain::{
    Account, Close, CloseTwice, Closed, Deposit, Deposited, Open, OpenAndClose, OpenTwice, Opened,
};
use super::start;

async fn load(app: &App, account: &str) -> Result<u64, LoadError> {
    app.repository::<Account>().load(&account.to_owned()).await.map(|account| account.balance)
}

#[tokio::test]
async fn a_deleted_aggregate_answers_every_command_with_deleted() {
    let (app, commands) = start().await;
    commands.send(Open::new("a", 0)).await.unwrap();
    commands.send(Deposit::new("a", 3)).await.unwrap();
    commands.send(Close::new("a", 0)).await.unwrap();
    let deposit = commands.send(Deposit::new("a", 1)).await.unwrap_err();
    assert!(matches!(deposit, CommandError::Deleted { .. }), "{deposit}");
    // An id is never used again.
    let open = commands.send(Open::new("a", 0)).await.unwrap_err();
    assert!(matches!(open, CommandError::Deleted { .. }), "{open}");
    assert!(matches!(load(&app, "a").await, Err(LoadError::Deleted { .. })));
    // Nothing of its past is gone.
    let account = app.repository::<Account>().load_at(&"a".to_owned(), Sequence(1)).await.unwrap();
    assert_eq!((account.balance, account.is_deleted), (3, false));
}

#[tokio::test]
async fn a_deletion_is_seen_by_a_process_that_starts_afterwards() {
    let (app, commands) = start().await;
    commands.send(Open::new("a", 0)).await.unwrap();
    commands.send(Close::new("a", 0)).await.unwrap();
    let log = std::sync::Arc::clone(app.log());
    let other = App::builder().store(log).only::<Account>().start().await.unwrap();
    let open = other.commands().send(Open::new("a", 0)).await.unwrap_err();
    assert!(matches!(open, CommandError::Deleted { .. }), "{open}");
    let close = other.commands().send(Close::new("a", 0)).await.unwrap_err();
    assert!(matches!(close, CommandError::Deleted { .. }), "{close}");
}

#[tokio::test]
async fn an_aggregate_may_live_for_one_command() {
    let (app, commands) = start().await;
    commands.send(OpenAndClose::new("a", 0)).await.unwrap();
    assert!(matches!(load(&app, "a").await, Err(LoadError::Deleted { .. })));
    let again = commands.send(OpenAndClose::new("a", 0)).await.unwrap_err();
    assert!(matches!(again, CommandError::Deleted { .. }), "{again}");
}

#[tokio::test]
async fn nothing_is_applied_after_the_deletion() {
    let (app, commands) = start().await;
    commands.send(Open::new("a", 0)).await.unwrap();
    let closed = commands.send(CloseTwice::new("a", 0)).await.unwrap_err();
    assert!(closed.to_string().contains("after the event that deleted it"), "{closed}");
    // Stored, it would have been a stream that nobody could load.
    assert_eq!(load(&app, "a").await.unwrap(), 0);
    commands.send(Deposit::new("a", 1)).await.unwrap();
}

#[tokio::test]
async fn a_creating_event_on_a_living_aggregate_is_a_fault_and_is_not_stored() {
    let (app, commands) = start().await;
    let opened = commands.send(OpenTwice::new("a", 0)).await.unwrap_err();
    let CommandError::Fault { fault, .. } = &opened else { panic!("{opened}") };
    assert!(fault.is_defect() && !opened.is_retryable(), "{opened}");
    assert!(matches!(load(&app, "a").await, Err(LoadError::NotFound { .. })));
    commands.send(Open::new("a", 0)).await.unwrap();
}

fn recorded<E: es_core::event::Event>(account: &str, event: &E) -> NewEvent {
    let mut payload = Vec::new();
    <E::Codec as es_core::event::Codec>::encode(event, &mut payload).unwrap();
    NewEvent {
        id: EventId::generate(),
        stream: Some(StreamId::new(&Tenant::default(), "Account", account).unwrap()),
        name: E::NAME.into(),
        revision: E::REVISION,
        payload: payload.into(),
        metadata: Metadata::new(),
        tags: vec![],
    }
}

/// Writes past every handler, and tells what a load and a command then say.
async fn planted(events: Vec<NewEvent>) -> (ReplayError, CommandError<std::convert::Infallible>) {
    let (app, commands) = start().await;
    let batch = Append { events, ..Append::default() };
    app.log().reserve(None).await.unwrap().append(batch).await.unwrap();
    let Err(LoadError::Replay(error)) = load(&app, "a").await else { panic!("it was loaded") };
    (error, commands.send(Close::new("a", 0)).await.unwrap_err())
}

#[tokio::test]
async fn a_creating_event_on_a_living_state_is_a_corrupt_stream() {
    let opened = || recorded("a", &Opened { account: "a".into() });
    let (error, command) = planted(vec![opened(), opened()]).await;
    let ReplayError::CorruptStream { place, .. } = &error else { panic!("{error}") };
    assert_eq!(place.sequence, Some(Sequence(1)), "the event is named");
    assert!(error.to_string().contains("exists already"), "{error}");
    assert!(matches!(command, CommandError::Load { .. }), "{command}");
}

#[tokio::test]
async fn an_event_that_changes_nothing_yet_is_a_corrupt_stream() {
    let (error, _) = planted(vec![recorded("a", &Deposited { amount: 1 })]).await;
    let ReplayError::CorruptStream { place, .. } = &error else { panic!("{error}") };
    assert_eq!(place.sequence, Some(Sequence(0)));
}

#[tokio::test]
async fn an_event_after_the_deletion_is_a_corrupt_stream() {
    let opened = recorded("a", &Opened { account: "a".into() });
    let (closed, late) = (recorded("a", &Closed {}), recorded("a", &Deposited { amount: 1 }));
    let (error, command) = planted(vec![opened, closed, late]).await;
    let ReplayError::CorruptStream { place, .. } = &error else { panic!("{error}") };
    assert_eq!(place.sequence, Some(Sequence(2)));
    assert!(matches!(command, CommandError::Load { .. }), "{command}");
}
