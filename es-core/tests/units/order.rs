//! Events of several aggregates, and of none, are stored in the order in which they came.

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

#[tokio::test]
async fn the_applications_own_gateway_stores_at_once() {
    let app = app().await;
    let token = app.event_gateway().publish(Noted { about: "news".to_owned() }).await.unwrap();
    assert_ne!(token, Default::default());
    let stored = stored(&app).await;
    assert_eq!(stored.names(), ["Noted"]);
    assert_eq!(stored.rows()[0].stream, None);
}
