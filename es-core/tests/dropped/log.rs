//! The log's own futures, as whoever has an application gets them.

use std::ops::ControlFlow;

use es_core::event::{EventId, Partition, RecordedEvent, Sequence, StreamId, Tenant, Timestamp};
use es_core::prelude::*;
use es_core::store::{Append, Filter, Marker, NewEvent};

use super::polls::{Polls, at_every_poll, holds};
use super::world::World;

fn stream() -> StreamId {
    StreamId::new(&Tenant::default(), "Account", "a").unwrap()
}

fn moved() -> Append {
    let event = NewEvent {
        id: EventId::generate(),
        stream: Some(stream()),
        name: "Moved".into(),
        revision: 0,
        payload: r#"{"amount":7}"#.into(),
        metadata: Metadata::new(),
        tags: Vec::new(),
    };
    Append { events: vec![event], ..Append::default() }
}

#[tokio::test]
async fn an_append_is_stored_from_its_hand_over_on() {
    let story = async |polls: Polls| {
        let world = World::start().await;
        let log = world.app.log().clone();
        let batch = moved();
        let fate = batch.fate.clone();
        let is_handed_over = std::cell::Cell::new(false);
        let appending = async {
            let place = log.reserve(None).await.unwrap();
            is_handed_over.set(true);
            place.append(batch).await
        };
        let is_through = polls.of(appending).await.is_some();
        if is_handed_over.get() {
            fate.settled().await;
        }
        let stored = world.end().await?;
        let expected: &[&str] = if is_handed_over.get() { &["a 7"] } else { &[] };
        holds(stored == expected, || format!("{stored:?} is not {expected:?}"))?;
        Ok(is_through)
    };
    assert!(at_every_poll(story).await.unwrap() > 4);
}

/// Drops a read again and again, beside one that is not dropped.
async fn dropped_read<T>(what: &str, read: impl AsyncFn(&World) -> T) {
    let story = async |polls: Polls| {
        let world = World::start().await;
        let is_through = polls.of(read(&world)).await.is_some();
        read(&world).await;
        holds(world.end().await?.is_empty(), || "a read has stored something".to_owned())?;
        Ok(is_through)
    };
    let waits = at_every_poll(story).await.unwrap_or_else(|found| panic!("{what}: {found}"));
    assert!(waits > 1, "{what} never waits");
}

#[tokio::test]
async fn every_way_to_read_disturbs_nobody() {
    let partition = Partition::default();
    let visit = |_: &RecordedEvent| ControlFlow::Continue(());
    dropped_read("read_stream", async |world| {
        world.app.log().read_stream(&stream(), Sequence(0), &mut { visit }).await.unwrap();
    })
    .await;
    dropped_read("source", async |world| {
        let criteria = Criteria::tag("Account", "a");
        let (tenant, after) = (Tenant::default(), Marker::default());
        world.app.log().source(&tenant, &criteria, after, &mut { visit }).await.unwrap();
    })
    .await;
    dropped_read("read", async |world| {
        let page = world.app.log().read(partition, Position(0), &Filter::all(), 10).await;
        assert_eq!(page.unwrap().events.len(), 2);
    })
    .await;
    dropped_read("head", async |world| {
        assert_eq!(world.app.log().head(partition).await.unwrap(), Position(2));
    })
    .await;
    dropped_read("position_at", async |world| {
        world.app.log().position_at(partition, Timestamp::MIN).await.unwrap();
    })
    .await;
    dropped_read("remembered", async |world| {
        let id = CommandId::generate();
        assert!(world.app.log().remembered(&Tenant::default(), id).await.unwrap().is_none());
    })
    .await;
    dropped_read("snapshot", async |world| {
        assert!(world.app.log().snapshot(&stream()).await.unwrap().is_none());
    })
    .await;
}
