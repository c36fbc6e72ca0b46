//! A moment is a place in the log: what was recorded from then on begins there.

use std::sync::Arc;
use std::time::Duration;

use crate::event::{Partition, Position, StillClock, Timestamp};
use crate::store::Filter;
use crate::testing::contract::batches::{batch, event_without_stream};
use crate::testing::contract::check::{Verdict, equal};
use crate::testing::contract::log::{Log, World};
use crate::testing::contract::promise::promises;

promises!("moments":
    every_moment_of_a_long_log_is_found,
    a_moment_splits_the_log,
    the_ends_of_time_are_moments,
    a_moment_goes_to_the_first_of_many_at_once,
);

const START: i64 = 1_800_000_000_000_000;

fn moment(offset: i64) -> Timestamp {
    Timestamp::from_microseconds(START + offset)
}

async fn found(log: &Log, moment: Timestamp) -> Verdict<Option<u64>> {
    Ok(log.position_at(Partition(0), moment).await?.map(|position| position.0))
}

/// A log with batches of one to three events, each at an offset from the start; where the offset
/// goes back, the log's time must not.
async fn recorded(world: &World, offsets: &[i64]) -> Verdict<(Log, Vec<i64>)> {
    let clock = Arc::new(StillClock::at(moment(0)));
    let log = world.log_on(Arc::clone(&clock) as _).await?;
    let (mut latest, mut times) = (i64::MIN, Vec::new());
    for (index, offset) in offsets.iter().enumerate() {
        clock.set(moment(*offset));
        latest = latest.max(*offset);
        let events = (0..=index % 3).map(|_| event_without_stream("A")).collect::<Vec<_>>();
        times.extend(events.iter().map(|_| latest));
        log.append(batch(events)).await?;
    }
    Ok((log, times))
}

/// The first position whose event was recorded at an offset or later.
fn first_from(times: &[i64], offset: i64) -> Option<u64> {
    times.iter().position(|time| *time >= offset).map(|index| index as u64 + 1)
}

async fn every_moment_of_a_long_log_is_found(world: &World) -> Verdict {
    let offsets: Vec<i64> = (0..150).map(|n| n * 10 + n * n % 7).collect();
    let (log, times) = recorded(world, &offsets).await?;
    for offset in offsets.iter().flat_map(|offset| [offset - 1, *offset, offset + 1]) {
        let expected = first_from(&times, offset);
        equal(&format!("the position at {offset}"), found(&log, moment(offset)).await?, expected)?;
    }
    Ok(())
}

async fn a_moment_splits_the_log(world: &World) -> Verdict {
    let (log, times) = recorded(world, &[0, 50, 20, 20, 60, 10, 90, 90, 30, 91]).await?;
    for offset in [-1, 0, 1, 20, 49, 50, 51, 60, 61, 89, 90, 91] {
        let first = found(&log, moment(offset)).await?.unwrap_or(times.len() as u64 + 1);
        let page = log.page(Position(first - 1), &Filter::all(), 100).await?;
        let seen: Vec<_> = page.events.iter().map(|event| event.recorded_at).collect();
        let expected = times.iter().filter(|time| **time >= offset).map(|t| moment(*t)).collect();
        equal(&format!("the times of what was recorded from {offset} on"), seen, expected)?;
    }
    Ok(())
}

async fn the_ends_of_time_are_moments(world: &World) -> Verdict {
    let log = world.log().await?;
    let (first, last) = (Timestamp::MIN, Timestamp::from_microseconds(i64::MAX));
    for end in [first, last] {
        equal("the position in an empty log", found(&log, end).await?, None)?;
    }
    log.append(batch(vec![event_without_stream("A")])).await?;
    let seen = (found(&log, first).await?, found(&log, last).await?);
    equal("the positions at the first and the last moment", seen, (Some(1), None))
}

async fn a_moment_goes_to_the_first_of_many_at_once(world: &World) -> Verdict {
    let clock = Arc::new(StillClock::at(moment(0)));
    let log = world.log_on(Arc::clone(&clock) as _).await?;
    log.append(batch(vec![event_without_stream("A")])).await?;
    clock.advance(Duration::from_micros(1));
    for _ in 0..40 {
        log.append(batch((0..5).map(|_| event_without_stream("B")).collect())).await?;
    }
    clock.advance(Duration::from_micros(1));
    log.append(batch(vec![event_without_stream("C")])).await?;
    for (offset, expected) in [(0, Some(1)), (1, Some(2)), (2, Some(202)), (3, None)] {
        equal(&format!("the position at {offset}"), found(&log, moment(offset)).await?, expected)?;
    }
    Ok(())
}
