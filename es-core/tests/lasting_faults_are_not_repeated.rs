//! What lies in the program or in stored events comes to the same every time, and so does what an
//! ending application refuses: no retry runs it.
#![allow(clippy::unwrap_used, clippy::panic, missing_docs)]

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use es_core::command::{Backoff, CommandError, Retry};
use es_core::prelude::*;
use es_core::unit::PublishError;
use tokio::sync::Semaphore;

static RUNS: AtomicU32 = AtomicU32::new(0);

/// JSON has no keys like these.
#[derive(Event, Serialize, Deserialize)]
struct Odd {
    map: BTreeMap<(u8, u8), u8>,
}

fn odd() -> Odd {
    RUNS.fetch_add(1, Ordering::Relaxed);
    Odd { map: [((1, 2), 3)].into() }
}

/// JSON writes what is no number as `null`.
#[derive(Event, Serialize, Deserialize)]
struct Weighed {
    kilograms: f64,
}

#[derive(Event, Serialize, Deserialize)]
struct ThingMade {
    id: String,
}

#[derive(Event, Serialize, Deserialize)]
struct Counted {
    #[tag]
    room: String,
    number: u32,
}

#[derive(Command, Clone, Serialize, Deserialize)]
struct PublishOdd {}

#[derive(Command, Clone, Serialize, Deserialize)]
struct MakeOdd {
    #[target]
    id: String,
}

#[derive(Command, Clone, Serialize, Deserialize)]
struct Weigh {
    kilograms: f64,
}

#[derive(Command, Clone, Serialize, Deserialize)]
struct Count {
    number: u32,
}

#[derive(Command, Clone, Serialize, Deserialize)]
struct AskRoom {}

#[aggregate]
struct Thing {
    #[aggregate_identifier]
    id: String,
}

#[aggregate]
impl Thing {
    #[command_handler]
    fn make(command: MakeOdd) -> (ThingMade, Odd) {
        (ThingMade { id: command.id }, odd())
    }

    #[event_sourcing_handler]
    fn on_made(event: &ThingMade) -> Self {
        Self { id: event.id.clone() }
    }

    #[event_sourcing_handler]
    fn on_odd(&mut self, _: &Odd) {}
}

#[command_handler]
fn publish(_: PublishOdd, unit: UnitOfWork) {
    unit.publish(odd());
}

#[command_handler]
fn weigh(command: Weigh, unit: UnitOfWork) {
    unit.publish(Weighed { kilograms: command.kilograms });
}

#[command_handler]
fn count(command: Count, unit: UnitOfWork) {
    unit.publish(Counted { room: "a".to_owned(), number: command.number });
}

#[derive(Default)]
struct Room(u32);

#[boundary]
impl Room {
    #[criteria]
    fn of(_: &AskRoom) -> Criteria {
        Criteria::tag("room", "a")
    }

    #[event_sourcing_handler]
    fn on_counted(&mut self, event: &Counted) {
        assert!(event.number != 7, "seven");
        self.0 += event.number;
    }
}

#[command_handler]
fn ask(_: AskRoom, room: Boundary<Room>, unit: UnitOfWork) {
    unit.publish(Counted { room: "b".to_owned(), number: room.0 });
}

/// A crier who goes out when told to, and publishes through the application's own gateway.
struct Crier {
    events: OnceLock<EventGateway>,
    is_asked: Semaphore,
    may_go: Semaphore,
}

impl Default for Crier {
    fn default() -> Self {
        let (is_asked, may_go) = (Semaphore::new(0), Semaphore::new(0));
        Self { events: OnceLock::new(), is_asked, may_go }
    }
}

#[derive(Command, Clone, Serialize, Deserialize)]
struct Announce {}

// Its effects may be repeated: only what came of them says whether that can help.
#[command_handler(retry)]
async fn announce(_: Announce, crier: Inject<Crier>) -> Result<(), HandlerError<Infallible>> {
    crier.is_asked.add_permits(1);
    crier.may_go.acquire().await.map_err(Fault::from)?.forget();
    let counted = Counted { room: "c".to_owned(), number: 1 };
    let events = crier.events.get().unwrap().clone();
    // From a task of its own: what the handler itself publishes is taken until the end.
    let publishing = tokio::spawn(async move { events.publish(counted).await });
    publishing.await.map_err(Fault::from)?.map_err(Fault::from)?;
    Ok(())
}

async fn start_with(crier: Arc<Crier>) -> App {
    let retry = Retry::new(Backoff::starting_at(Duration::from_millis(1)).attempts(5));
    let builder = App::test().with::<Thing>().provide(Arc::clone(&crier));
    let app = builder.dispatch_interceptor(retry).start().await.unwrap();
    crier.events.get_or_init(|| app.event_gateway());
    app
}

async fn start() -> App {
    start_with(Arc::default()).await
}

#[tokio::test]
async fn an_event_that_cannot_be_encoded_is_named_and_tried_once() {
    let app = start().await;
    let text = "event `Odd` cannot be encoded: key must be a string; mend its `Serialize`";
    let published = app.commands().send(PublishOdd {}).await.unwrap_err();
    let applied = app.commands().send(MakeOdd { id: "a".to_owned() }).await.unwrap_err();
    assert_eq!((published.to_string().as_str(), applied.to_string().as_str()), (text, text));
    assert!(!published.is_retryable() && !applied.is_retryable());
    assert_eq!(RUNS.load(Ordering::Relaxed), 2);
}

#[cfg(debug_assertions)]
#[tokio::test]
async fn an_event_that_cannot_be_read_back_is_not_stored() {
    let app = start().await;
    let refused = app.commands().send(Weigh { kilograms: f64::NAN }).await.unwrap_err();
    let text = "event `Weighed` can be encoded but not read back: ";
    assert!(refused.to_string().starts_with(text), "{refused}");
    assert!(!refused.is_retryable());
    app.commands().send(Weigh { kilograms: 1.5 }).await.unwrap();
}

#[tokio::test]
async fn a_boundary_whose_handler_panics_on_a_stored_event_is_not_asked_again() {
    let app = start().await;
    app.commands().send(Count { number: 7 }).await.unwrap();
    let error = app.commands().send(AskRoom {}).await.unwrap_err();
    assert!(matches!(error, CommandError::Fault { .. }) && !error.is_retryable(), "{error}");
    assert!(error.to_string().contains("seven"), "{error}");
}

#[tokio::test]
async fn what_an_ending_application_does_not_publish_is_not_tried_again() {
    let crier = Arc::<Crier>::default();
    let app = start_with(Arc::clone(&crier)).await;
    let commands = app.commands();
    let announcing = tokio::spawn(async move { commands.send(Announce {}).await });
    crier.is_asked.acquire().await.unwrap().forget();
    let commands = app.commands();
    let ending = tokio::spawn(app.shutdown(Duration::from_secs(30)));
    let refusal = loop {
        match commands.send(Count { number: 1 }).await {
            Err(error) => break error,
            Ok(()) => tokio::task::yield_now().await,
        }
    };
    crier.may_go.add_permits(1);
    let error = announcing.await.unwrap().unwrap_err();
    let CommandError::Fault { fault, .. } = &error else { panic!("{error}") };
    assert!(matches!(fault.downcast_ref(), Some(PublishError::ShuttingDown)), "{error}");
    assert!(!error.is_retryable() && !refusal.is_retryable());
    assert_eq!(error.to_string(), refusal.to_string(), "one sentence for commands and events");
    ending.await.unwrap().unwrap();
}
