//! Time never runs backwards along the log.

use std::sync::Arc;
use std::time::Duration;

use crate::event::{Partition, Position, StillClock, Timestamp};
use crate::testing::contract::batches::{batch, event, one, stream};
use crate::testing::contract::check::{Verdict, equal, holds};
use crate::testing::contract::log::{World, at_once};
use crate::testing::contract::promise::promises;

promises!("time":
    events_are_stamped_by_the_logs_clock,
    time_never_decreases_when_the_clock_goes_back,
    time_never_decreases_under_many_writers,
    a_batch_has_one_moment,
    a_moment_leads_to_its_first_position,
);

fn clock() -> (Arc<StillClock>, Timestamp) {
    let noon = Timestamp::from_microseconds(1_800_000_000_123_456);
    (Arc::new(StillClock::at(noon)), noon)
}

async fn events_are_stamped_by_the_logs_clock(world: &World) -> Verdict {
    let (clock, noon) = clock();
    let log = world.log_on(Arc::clone(&clock) as _).await?;
    let order = stream("1")?;
    log.append(one(&order, "A")).await?;
    clock.advance(Duration::from_micros(1));
    log.append(one(&order, "B")).await?;
    let seen: Vec<_> = log.stream(&order).await?.iter().map(|e| e.recorded_at).collect();
    let later = Timestamp::from_microseconds(noon.as_microseconds() + 1);
    equal("when they were recorded", seen, vec![noon, later])
}

async fn time_never_decreases_when_the_clock_goes_back(world: &World) -> Verdict {
    let (clock, noon) = clock();
    let log = world.log_on(Arc::clone(&clock) as _).await?;
    log.append(one(&stream("1")?, "A")).await?;
    clock.set(Timestamp::from_microseconds(noon.as_microseconds() - 3_600_000_000));
    let answer = log.append(one(&stream("2")?, "A")).await?;
    equal("the moment in the answer", answer.recorded_at, Some(noon))?;
    let seen: Vec<_> = log.all().await?.iter().map(|e| e.recorded_at).collect();
    equal("when they were recorded", seen, vec![noon, noon])
}

async fn time_never_decreases_under_many_writers(world: &World) -> Verdict {
    let log = world.log().await?;
    let writers = (0..16).map(|_| {
        let log = log.clone();
        async move {
            for _ in 0..10 {
                log.append(one(&stream("1")?, "A")).await?;
            }
            Verdict::Ok(())
        }
    });
    for done in at_once(writers).await? {
        done?;
    }
    let moments: Vec<_> = log.all().await?.iter().map(|event| event.recorded_at).collect();
    holds(moments.is_sorted(), || format!("expected times in order of position, saw {moments:?}"))
}

async fn a_batch_has_one_moment(world: &World) -> Verdict {
    let log = world.log().await?;
    let order = stream("1")?;
    let answer = log.append(batch((0..100).map(|_| event(&order, "A")).collect())).await?;
    let moments: Vec<_> = log.stream(&order).await?.iter().map(|e| Some(e.recorded_at)).collect();
    equal("when they were recorded", moments, vec![answer.recorded_at; 100])
}

async fn a_moment_leads_to_its_first_position(world: &World) -> Verdict {
    let (clock, noon) = clock();
    let log = world.log_on(Arc::clone(&clock) as _).await?;
    let after =
        |seconds: i64| Timestamp::from_microseconds(noon.as_microseconds() + seconds * 1_000_000);
    equal("the position in an empty log", log.position_at(Partition(0), noon).await?, None)?;
    let order = stream("1")?;
    for _ in 0..3 {
        log.append(batch(vec![event(&order, "A"), event(&order, "B")])).await?;
        clock.advance(Duration::from_secs(10));
    }
    for (moment, expected) in [
        (Timestamp::MIN, Some(1)),
        (after(-1), Some(1)),
        (after(0), Some(1)),
        (after(1), Some(3)),
        (after(10), Some(3)),
        (after(20), Some(5)),
        (after(21), None),
    ] {
        let seen = log.position_at(Partition(0), moment).await?;
        equal(&format!("the first position at {moment}"), seen, expected.map(Position))?;
    }
    Ok(())
}
