//! No reader ever skips an event, whatever commits while it reads.

use std::time::Duration;

use crate::event::{EventId, Metadata, Position, RecordedEvent};
use crate::store::{AppendError, Filter, NewEvent};
use crate::testing::contract::batches::{batch, event, event_without_stream, stream};
use crate::testing::contract::check::{Unkept, Verdict, equal, holds};
use crate::testing::contract::log::{Log, World};
use crate::testing::contract::promise::promises;
use crate::testing::contract::promises::numbers::numbered;

promises!("readers":
    a_reader_every_millisecond_skips_nothing,
    a_reader_that_follows_wake_ups_skips_nothing,
    a_reader_never_sees_half_a_batch,
);

const WRITERS: u64 = 8;
const BATCHES: u64 = 60;
const EVENTS: u64 = WRITERS * BATCHES * 3;

type Writers = Vec<tokio::task::JoinHandle<Result<(), AppendError>>>;

/// Starts many writers of batches of three; each event names its batch and its place in it.
fn start_writers(log: &Log) -> Verdict<Writers> {
    let mut writers = Vec::new();
    for writer in 0..WRITERS {
        let (log, order) = (log.clone(), stream(&(writer % 3).to_string())?);
        writers.push(tokio::spawn(async move {
            for number in 0..BATCHES {
                let name = format!("{writer}-{number}");
                let part = |event: NewEvent, part: &str| NewEvent {
                    metadata: Metadata::new().with("batch", name.clone()).with("part", part),
                    ..event
                };
                let events = vec![
                    part(event(&order, "A"), "0"),
                    part(event_without_stream("B"), "1"),
                    part(event(&order, "C"), "2"),
                ];
                log.append(batch(events)).await?;
            }
            Ok(())
        }));
    }
    Ok(writers)
}

async fn finish(writers: Writers) -> Verdict {
    for writer in writers {
        writer.await??;
    }
    Ok(())
}

/// Reads on from a position, as a processor does.
async fn read_on(log: &Log, after: &mut Position, seen: &mut Vec<RecordedEvent>) -> Verdict {
    loop {
        let page = log.page(*after, &Filter::all(), 50).await?;
        let is_empty = page.events.is_empty();
        seen.extend(page.events);
        *after = page.up_to;
        if is_empty || page.up_to >= page.head {
            return Ok(());
        }
    }
}

/// Expects that what was seen one by one is what is there.
async fn nothing_skipped(log: &Log, seen: &[RecordedEvent]) -> Verdict {
    let ids = |events: &[RecordedEvent]| -> Vec<EventId> { events.iter().map(|e| e.id).collect() };
    let missing = log.all().await?.len() - seen.len().min(EVENTS as usize);
    equal("the number of events that were skipped", missing, 0)?;
    equal("the events in order", ids(seen), ids(&log.all().await?))?;
    numbered(seen, EVENTS)
}

async fn a_reader_every_millisecond_skips_nothing(world: &World) -> Verdict {
    world.needs_several_streams()?;
    let log = world.log().await?;
    let writers = start_writers(&log)?;
    let (mut after, mut seen) = (Position(0), Vec::new());
    let mut every = tokio::time::interval(Duration::from_millis(1));
    loop {
        let is_last = writers.iter().all(tokio::task::JoinHandle::is_finished);
        read_on(&log, &mut after, &mut seen).await?;
        if is_last {
            break;
        }
        every.tick().await;
    }
    finish(writers).await?;
    nothing_skipped(&log, &seen).await
}

async fn a_reader_that_follows_wake_ups_skips_nothing(world: &World) -> Verdict {
    world.needs_several_streams()?;
    let log = world.log().await?;
    let mut committed = log.committed();
    let writers = start_writers(&log)?;
    let (mut after, mut seen) = (Position(0), Vec::new());
    while after < Position(EVENTS) {
        read_on(&log, &mut after, &mut seen).await?;
        if after < Position(EVENTS) {
            let woken = tokio::time::timeout(Duration::from_secs(10), committed.changed()).await;
            let what = format!("expected to be woken beyond {after}, for 10 s nothing came");
            drop(woken.map_err(|_| Unkept::broken(what))?);
        }
    }
    finish(writers).await?;
    nothing_skipped(&log, &seen).await
}

async fn a_reader_never_sees_half_a_batch(world: &World) -> Verdict {
    world.needs_several_streams()?;
    let log = world.log().await?;
    let writers = start_writers(&log)?;
    loop {
        let is_last = writers.iter().all(tokio::task::JoinHandle::is_finished);
        let page = log.page(Position(0), &Filter::all(), 100_000).await?;
        if page.up_to == page.head {
            whole_batches(&page.events)?;
        }
        if is_last {
            break;
        }
        tokio::task::yield_now().await;
    }
    finish(writers).await
}

/// Expects the three events of each batch beside one another.
fn whole_batches(events: &[RecordedEvent]) -> Verdict {
    for three in events.chunks(3) {
        let parts: Vec<_> = three
            .iter()
            .map(|event| event.metadata.get("part").unwrap_or_default().to_string())
            .collect();
        equal("the parts of a batch", parts, ["0", "1", "2"].map(str::to_owned).to_vec())?;
        let name = three.first().and_then(|event| event.metadata.get("batch"));
        let is_one = three.iter().all(|event| event.metadata.get("batch") == name);
        holds(is_one, || format!("expected the three events of batch {name:?} together"))?;
    }
    Ok(())
}
