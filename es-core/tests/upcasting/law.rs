//! The law: rows of earlier days are read as if the events of today had been stored in their place.

use std::sync::Arc;

use es_core::aggregate::LoadError;
use es_core::event::{Event, Partition};
use es_core::projection::MemoryReadSide;
use es_core::store::{EventStore, Filter};
use proptest::prelude::*;
use serde_json::{Value, json};

use super::old_rows::*;
use super::today::*;
use super::*;

/// What each row is today, converted by hand.
fn today(row: &OldRow) -> Vec<OldRow> {
    let text = |field: &str| row.2.get(field).and_then(Value::as_str).map(str::to_owned);
    let registered = |id: String| OldRow("Registered", 1, json!({ "id": id }));
    let renamed = |name: Value| OldRow("Renamed", 0, json!({ "name": name }));
    let in_city = |city: Option<String>| city.map(|city| moved(&city));
    match (row.0, row.1) {
        ("CustomerMade", 0) | ("Registered", 0) => vec![registered(text("customer").unwrap())],
        ("CustomerImported", 0) => {
            let city = in_city(text("city"));
            std::iter::once(registered(text("id").unwrap())).chain(city).collect()
        }
        ("CustomerChanged", 0) => {
            let names = row.2["names"].as_array().unwrap();
            names.iter().cloned().map(renamed).chain(in_city(text("city"))).collect()
        }
        ("Baptised", 0) => vec![renamed(row.2["first_name"].clone())],
        ("Contact", 0) => {
            let contact = OldRow("Contact", 1, json!({ "phone": text("phone") }));
            in_city(text("city")).into_iter().chain([contact]).collect()
        }
        ("CustomerGreeted", 0) => vec![],
        _ => vec![row.clone()],
    }
}

fn word() -> impl Strategy<Value = String> {
    "[a-c]{1,2}"
}

fn first() -> impl Strategy<Value = OldRow> {
    let plain = OldRow("Registered", 0, json!({ "customer": "ada" }));
    let new = OldRow("Registered", 1, json!({ "id": "ada" }));
    prop_oneof![Just(made()), Just(plain), Just(new), word().prop_map(|city| imported(&city)),]
}

fn later() -> impl Strategy<Value = OldRow> {
    let names = prop::collection::vec(word(), 0..4);
    let change = (names, prop::option::of(word())).prop_map(|(names, city)| {
        changed(&names.iter().map(String::as_str).collect::<Vec<_>>(), city.as_deref())
    });
    prop_oneof![
        3 => change,
        1 => word().prop_map(|name| baptised(&name)),
        1 => (word(), word()).prop_map(|(phone, city)| contact(&phone, &city)),
        1 => Just(greeted()),
        1 => word().prop_map(|city| moved(&city)),
        1 => word().prop_map(|phone| OldRow("Contact", 1, json!({ "phone": phone }))),
    ]
}

/// The rows of one customer, sometimes with some before the registration that mean nothing today.
fn rows() -> impl Strategy<Value = Vec<OldRow>> {
    let before = prop::collection::vec(Just(greeted()), 0..2);
    let after = prop::collection::vec(later(), 0..12);
    (before, first(), after)
        .prop_map(|(before, first, after)| before.into_iter().chain([first]).chain(after).collect())
}

async fn at(app: &App, sequence: Option<usize>) -> Option<Customer> {
    let sequence = Sequence(sequence? as u64);
    match app.repository::<Customer>().load_at(&ada(), sequence).await {
        Ok(loaded) => Some(loaded.into_inner()),
        Err(LoadError::NotFound { .. }) => None,
        Err(error) => panic!("{error}"),
    }
}

async fn history(app: &App) -> Vec<CustomerEvent> {
    let mut history = app.repository::<Customer>().history(&ada()).unwrap();
    let mut events = vec![];
    while let Some(step) = history.next().await.unwrap() {
        events.extend(step.events);
    }
    events
}

async fn all<E: Event>(log: &MemoryLog) -> Vec<E> {
    let page = log.read(Partition::default(), Position(0), &Filter::event::<E>(), 1000).await;
    page.unwrap().events.iter().flat_map(|row| row.events::<E>().unwrap()).collect()
}

/// The view after everything that is in the log.
async fn card(log: &MemoryLog) -> Option<Vec<String>> {
    let read_side = Arc::new(MemoryReadSide::new());
    let app = App::test().store(log.clone()).read_side(read_side).only::<(Customer, Card)>();
    let app = app.start().await.unwrap();
    let head = log.head(Partition::default()).await.unwrap();
    let mut handle = app.projection::<Card>();
    while handle.status().position < head {
        handle.changed().await;
    }
    let card = app.queries().query(FindCard { customer: ada() }).await.unwrap();
    card.map(|card: Card| card.lines)
}

/// Holds every way of reading the rows against the same events in the form of today.
async fn holds(rows: &[OldRow]) -> Result<(), TestCaseError> {
    let converted: Vec<Vec<OldRow>> = rows.iter().map(today).collect();
    let (before, now) = (log_with(rows).await, log_with(&converted.concat()).await);
    let (old, new) = (app_on(&before).await, app_on(&now).await);
    let mut events = 0;
    for (sequence, became) in converted.iter().enumerate() {
        events += became.len();
        let expected = at(&new, events.checked_sub(1)).await;
        prop_assert_eq!(at(&old, Some(sequence)).await, expected, "at sequence {}", sequence);
    }
    prop_assert_eq!(history(&old).await, history(&new).await);
    prop_assert_eq!(all::<Renamed>(&before).await, all::<Renamed>(&now).await);
    prop_assert_eq!(all::<Moved>(&before).await, all::<Moved>(&now).await);
    prop_assert_eq!(all::<Contact>(&before).await, all::<Contact>(&now).await);
    prop_assert_eq!(all::<Registered>(&before).await, all::<Registered>(&now).await);
    prop_assert_eq!(card(&before).await, card(&now).await);
    // A load for commands, which may take a snapshot, and what follows it.
    for app in [&old, &new] {
        app.commands().send(Move { id: ada(), city: "Rome".to_owned() }).await.unwrap();
    }
    let (old, new) = (app_on(&before).await, app_on(&now).await);
    prop_assert_eq!(at(&old, Some(usize::MAX)).await, at(&new, Some(usize::MAX)).await);
    prop_assert_eq!(card(&before).await, card(&now).await);
    Ok(())
}

fn run(rows: &[OldRow]) -> Result<(), TestCaseError> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(holds(rows))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, ..ProptestConfig::default() })]

    #[test]
    fn of_all_rows_of_earlier_days(rows in rows()) {
        run(&rows)?;
    }
}

#[test]
fn it_finds_a_conversion_that_loses_doubles_or_turns_an_event() {
    for bug in [Bug::LosesOne, Bug::GivesOneTwice, Bug::TurnsTheOrder] {
        let config = ProptestConfig { failure_persistence: None, ..ProptestConfig::default() };
        let mut runner = proptest::test_runner::TestRunner::new(config);
        // Whatever folds does so on this thread; the view is not needed to find it.
        PLANTED.set(bug);
        let found = runner.run(&rows(), |rows| run(&rows));
        PLANTED.set(Bug::None);
        assert!(found.is_err(), "{bug:?} was not found");
    }
}
