//! Two commands that a handler sends at once: that one's effect has not begun says nothing of the
//! other's.

use std::convert::Infallible;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use es_core::command::{Backoff, Retry};
use es_core::event::Tenant;
use es_core::prelude::*;
use es_core::store::{Criteria, EventStore, Marker, MemoryLog, ReadError, StreamVersion, Visit};
use tokio::sync::Notify;

use super::builder;
use super::domain::*;
use super::logs::{LogAround, Parts};

/// What the two know of each other.
#[derive(Default)]
struct Steps {
    charged: Notify,
    given_up: Notify,
    charges: AtomicUsize,
}

/// A log in which nothing can be looked for once the other command has charged, and one account
/// cannot be read.
#[derive(Clone, Default)]
struct Unreadable {
    log: MemoryLog,
    steps: Arc<Steps>,
}

#[async_trait]
impl Parts for Unreadable {
    fn inner(&self) -> MemoryLog {
        self.log.clone()
    }

    async fn source(
        &self,
        _: &Tenant,
        _: &Criteria,
        _: Marker,
        _: &mut Visit<'_>,
    ) -> Result<Marker, ReadError> {
        self.steps.charged.notified().await;
        Err(ReadError::Unsupported { what: "planted" })
    }

    async fn read_stream(
        &self,
        stream: &StreamId,
        from: Sequence,
        visit: &mut Visit<'_>,
    ) -> Result<StreamVersion, ReadError> {
        match stream.id() {
            "gone" => Err(ReadError::Unavailable { reason: "planted".to_owned() }),
            _ => self.log.read_stream(stream, from, visit).await,
        }
    }
}

#[derive(Default)]
struct Notes;

#[boundary]
impl Notes {
    #[criteria]
    fn of(_: &PostNotes) -> Criteria {
        Criteria::tag("about", "x")
    }

    #[event_sourcing_handler]
    fn on_noted(&mut self, _: &Noted) {}
}

/// Has effects, and never begins: its boundary cannot be read.
#[derive(Command, Clone, Serialize, Deserialize)]
struct PostNotes {}

#[command_handler]
async fn post_notes(
    _: PostNotes,
    _: Boundary<Notes>,
    _: Inject<dyn Pause>,
) -> Result<(), Overdrawn> {
    Ok(())
}

/// Charges, and fails in a way that passes.
#[derive(Command, Clone, Serialize, Deserialize)]
struct ChargeGone {
    #[serde(skip)]
    steps: Arc<Steps>,
}

#[command_handler]
async fn charge_gone(
    command: ChargeGone,
    accounts: Repository<Account>,
    _: Inject<dyn Pause>,
) -> Result<(), HandlerError<Overdrawn>> {
    let steps = command.steps;
    if steps.charges.fetch_add(1, Ordering::SeqCst) == 0 {
        steps.charged.notify_one();
        steps.given_up.notified().await;
    }
    accounts.load(&"gone".to_owned()).await?;
    Ok(())
}

#[derive(Command, Clone, Serialize, Deserialize)]
struct PostAndCharge {
    #[serde(skip)]
    steps: Arc<Steps>,
}

/// Replies with what the charge's sender is told: whether it had effects, and may be repeated.
#[command_handler]
async fn post_and_charge(
    command: PostAndCharge,
    commands: CommandGateway,
) -> Result<(bool, bool), Infallible> {
    let steps = &command.steps;
    let posting = async {
        commands.send(PostNotes {}).await.unwrap_err();
        steps.given_up.notify_one();
    };
    let charging = commands.send(ChargeGone { steps: Arc::clone(steps) });
    let ((), charged) = tokio::join!(posting, charging);
    let error = charged.unwrap_err();
    Ok((error.has_effects(), error.is_retryable()))
}

#[tokio::test]
async fn an_effect_that_has_not_begun_hides_none_that_has() {
    let log = Unreadable::default();
    let steps = Arc::clone(&log.steps);
    let app = builder(&ManualPause::new(), &Arc::default())
        .store(LogAround(log))
        .dispatch_interceptor(Retry::new(Backoff::starting_at(Duration::ZERO).attempts(2)))
        .start()
        .await
        .unwrap();
    let told = app.commands().send(PostAndCharge { steps: Arc::clone(&steps) }).await.unwrap();
    assert_eq!(told, (true, false));
    assert_eq!(steps.charges.load(Ordering::SeqCst), 1, "charged once");
}
