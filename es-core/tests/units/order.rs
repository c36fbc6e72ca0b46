//! Events of several aggregates, and of none, are stored in the order in which they came, and
//! whoever decides on them before that sees them in the same order.

use es_core::event::CommandId;
use es_core::prelude::*;

use super::domain::*;
use super::{app, balance, open, stored};

#[tokio::test]
async fn another_aggregate_and_plain_events_keep_their_places() {
    let app = app().await;
    open(&app, "a", 10).await;
    let id = CommandId::from_key("split");
    let split = Split { account: "a".to_owned(), to: "b".to_owned(), amount: 4 };
    app.commands().send_with(split, Dispatch::new().id(id)).await.unwrap();
    let stored = stored(&app).await;
    let events = &stored.rows()[1..];
    let told: Vec<_> = events
        .iter()
        .map(|event| (&*event.name, event.stream.as_ref().map(|(stream, _)| stream.id())))
        .collect();
    let expected = [
        ("Moved", Some("a")),
        ("Noted", None),
        ("Opened", Some("b")),
        ("Moved", Some("b")),
        ("Moved", Some("a")),
    ];
    assert_eq!(told, expected);
    assert!(events.iter().all(|event| event.metadata.causation_id() == Some(id.0)));
    assert_eq!((balance(&app, "a").await, balance(&app, "b").await), (6, 4));
}

/// What was moved and noted, one after the other.
#[derive(Debug, Default)]
struct Heard(Vec<String>);

#[boundary]
impl Heard {
    #[criteria]
    fn of(_: &TellAll) -> Criteria {
        Criteria::event::<Moved>().or(Criteria::event::<Noted>())
    }

    #[event_sourcing_handler]
    fn on_moved(&mut self, event: &Moved) {
        self.0.push(event.amount.to_string());
    }

    #[event_sourcing_handler]
    fn on_noted(&mut self, event: &Noted) {
        self.0.push(event.about.clone());
    }
}

#[derive(Command, Clone, Serialize, Deserialize)]
struct TellAll;

#[command_handler]
fn tell_all(_: TellAll, heard: Boundary<Heard>) -> Result<Vec<String>, Overdrawn> {
    Ok(heard.0.clone())
}

/// Changes two accounts in turns, itself and by commands, notes things in between, and has somebody
/// tell what was done.
#[derive(Command, Clone, Serialize, Deserialize)]
struct TakeTurns;

#[command_handler]
async fn take_turns(
    _: TakeTurns,
    commands: CommandGateway,
    accounts: Repository<Account>,
    unit: UnitOfWork,
) -> Result<Vec<String>, HandlerError<Overdrawn>> {
    let (a, b) = ("a".to_owned(), "b".to_owned());
    accounts.load(&a).await?.apply(Moved { amount: 1 });
    unit.publish(Noted { about: "2".to_owned() });
    let to_b = Deposit { account: b, amount: 3 };
    commands.send(to_b).await.map_err(HandlerError::nested)?;
    let to_a = Deposit { account: a, amount: 4 };
    commands.send(to_a).await.map_err(HandlerError::nested)?;
    unit.publish(Noted { about: "5".to_owned() });
    commands.send(TellAll).await.map_err(HandlerError::nested)
}

#[tokio::test]
async fn a_boundary_within_the_unit_folds_them_as_it_will_when_they_are_stored() {
    let app = app().await;
    open(&app, "a", 0).await;
    open(&app, "b", 0).await;
    let within = app.commands().send(TakeTurns).await.unwrap();
    assert_eq!(within, ["1", "2", "3", "4", "5"]);
    assert_eq!(app.commands().send(TellAll).await.unwrap(), within);
}

#[tokio::test]
async fn the_applications_own_gateway_stores_at_once() {
    let app = app().await;
    let token = app.event_gateway().publish(Noted { about: "news".to_owned() }).await.unwrap();
    assert_ne!(token, Default::default());
    let stored = stored(&app).await;
    assert_eq!(stored.names(), ["Noted"]);
    assert_eq!(stored.rows()[0].stream, None);
}
