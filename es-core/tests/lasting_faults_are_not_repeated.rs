//! What lies in the program or in stored events comes to the same every time, and no retry runs it.
#![allow(clippy::unwrap_used, clippy::panic, missing_docs)]

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use es_core::command::{Backoff, CommandError, Retry};
use es_core::prelude::*;

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

async fn start() -> App {
    let retry = Retry::new(Backoff::starting_at(Duration::from_millis(1)).attempts(5));
    App::test().with::<Thing>().dispatch_interceptor(retry).start().await.unwrap()
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

#[tokio::test]
async fn a_boundary_whose_handler_panics_on_a_stored_event_is_not_asked_again() {
    let app = start().await;
    app.commands().send(Count { number: 7 }).await.unwrap();
    let error = app.commands().send(AskRoom {}).await.unwrap_err();
    assert!(matches!(error, CommandError::Fault { .. }) && !error.is_retryable(), "{error}");
    assert!(error.to_string().contains("seven"), "{error}");
}
