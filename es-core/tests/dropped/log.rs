//! The log's own futures.

use std::ops::ControlFlow;

use es_core::event::{EventId, Partition, Sequence, StreamId, Tenant, Timestamp};
use es_core::prelude::*;
use es_core::store::{Append, Filter, Marker, NewEvent};

use super::World;
use super::harness::{for_every_poll, polled};

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

fn stream() -> StreamId {
    StreamId::new(&Tenant::default(), "Account", "a").unwrap()
}

#[tokio::test]
async fn a_place_and_an_append() {
    let polls = for_every_poll(async |polls| {
        let world = World::new().await;
        let log = world.app.log();
        let appending = async { log.reserve(None).await.unwrap().append(moved()).await };
        let is_through = polled(polls, appending).await.is_some();
        let next = log.reserve(None).await.map_err(|error| error.to_string())?;
        next.append(moved()).await.map_err(|error| error.to_string())?;
        // Handed over with the first poll, stored whatever becomes of the future.
        match (polls, world.stored("a").await) {
            (0, 107) | (_, 114) => Ok(is_through),
            (_, other) => Err(format!("`a` has {other}")),
        }
    });
    assert!(polls.await.unwrap() > 1);
}

/// Reads that are dropped leave nothing behind that a further one would trip over.
#[tokio::test]
async fn every_way_to_read() {
    let world = World::new().await;
    let log = world.app.log();
    let criteria = Criteria::tag("Account", "a");
    let partition = Partition::default();
    for_every_poll(async |polls| {
        let mut visit = |_: &es_core::event::RecordedEvent| ControlFlow::Continue(());
        let stream = stream();
        let reading = log.read_stream(&stream, Sequence(0), &mut visit);
        let all = [
            polled(polls, reading).await.is_some(),
            polled(polls, log.read(partition, Position(0), &Filter::all(), 10)).await.is_some(),
            polled(polls, log.head(partition)).await.is_some(),
            polled(polls, log.position_at(partition, Timestamp::MIN)).await.is_some(),
            polled(polls, log.remembered(&Tenant::default(), CommandId::generate()))
                .await
                .is_some(),
            polled(polls, log.snapshot(&stream)).await.is_some(),
        ];
        let mut seen = 0;
        let mut visit = |_: &es_core::event::RecordedEvent| {
            seen += 1;
            ControlFlow::Continue(())
        };
        let sourcing = log.source(stream.tenant(), &criteria, Marker::default(), &mut visit);
        let is_sourced = polled(polls, sourcing).await.is_some();
        if is_sourced && seen != 1 {
            return Err(format!("{seen} events are sourced"));
        }
        Ok(is_sourced && all.iter().all(|is_through| *is_through))
    })
    .await
    .unwrap();
}
