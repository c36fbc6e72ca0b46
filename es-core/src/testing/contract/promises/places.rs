//! The queue is bounded; a place in it is taken before a decision and given back when dropped.

use std::time::{Duration, Instant};

use crate::event::{Position, Sequence};
use crate::store::AppendError;
use crate::testing::contract::batches::{one, stream};
use crate::testing::contract::check::{Unkept, Verdict, equal, holds};
use crate::testing::contract::log::{Log, World};
use crate::testing::contract::promise::promises;

promises!("places":
    a_full_queue_is_overloaded_at_the_deadline,
    a_dropped_place_is_free_again,
    a_dropped_wait_takes_no_place,
    who_waits_gets_the_place_that_becomes_free,
    a_place_is_free_again_after_the_answer,
    a_batch_is_stored_though_nobody_waits_for_the_answer,
    batches_are_queued_in_the_order_of_their_hand_over_not_of_their_polls,
);

fn soon() -> Option<Instant> {
    Instant::now().checked_add(Duration::from_millis(20))
}

fn is_overloaded<T>(result: Result<T, AppendError>) -> Verdict {
    match result {
        Err(AppendError::Overloaded) => Ok(()),
        Err(error) => Err(Unkept::broken(format!("expected `Overloaded`, saw {error:?}"))),
        Ok(_) => Err(Unkept::broken("expected `Overloaded`, but there was a place")),
    }
}

async fn a_full_queue_is_overloaded_at_the_deadline(world: &World) -> Verdict {
    let log = world.log_with_places(2).await?;
    let _held = (log.place().await?, log.place().await?);
    is_overloaded(log.try_reserve())?;
    is_overloaded(log.reserve(soon()).await)
}

async fn a_dropped_place_is_free_again(world: &World) -> Verdict {
    let log = world.log_with_places(1).await?;
    for _ in 0..3 {
        let place = log.reserve(soon()).await?;
        is_overloaded(log.try_reserve())?;
        drop(place);
    }
    drop(log.try_reserve()?);
    Ok(())
}

async fn a_dropped_wait_takes_no_place(world: &World) -> Verdict {
    let log = world.log_with_places(1).await?;
    let place = log.place().await?;
    let waited = tokio::time::timeout(Duration::from_millis(5), log.reserve(None)).await;
    holds(waited.is_err(), || "expected to wait for a place".to_owned())?;
    drop(place);
    log.reserve(soon()).await?.append(one(&stream("1")?, "A")).await?;
    Ok(())
}

async fn who_waits_gets_the_place_that_becomes_free(world: &World) -> Verdict {
    let log = world.log_with_places(1).await?;
    let place = log.place().await?;
    let waiting = tokio::spawn({
        let log = log.clone();
        async move { log.append(one(&stream("1")?, "B")).await.map_err(Unkept::from) }
    });
    place.append(one(&stream("1")?, "A")).await?;
    let waited = tokio::time::timeout(Duration::from_secs(10), waiting).await;
    waited.map_err(|_| Unkept::broken("expected the free place to be given on"))???;
    equal("the head", log.head_position().await?, Position(2))
}

async fn a_place_is_free_again_after_the_answer(world: &World) -> Verdict {
    let log = world.log_with_places(1).await?;
    for _ in 0..20 {
        let place = log.reserve(Instant::now().checked_add(Duration::from_secs(10))).await?;
        place.append(one(&stream("1")?, "A")).await?;
    }
    equal("the head", log.head_position().await?, Position(20))
}

/// Waits until everything handed over before is judged.
async fn judged(log: &Log) -> Verdict {
    log.append(crate::store::Append::default()).await?;
    Ok(())
}

async fn a_batch_is_stored_though_nobody_waits_for_the_answer(world: &World) -> Verdict {
    let log = world.log().await?;
    let order = stream("1")?;
    for _ in 0..10 {
        drop(log.place().await?.append(one(&order, "A")));
    }
    judged(&log).await?;
    equal("the stream's version", log.version(&order).await?, Some(Sequence(9)))
}

async fn batches_are_queued_in_the_order_of_their_hand_over_not_of_their_polls(
    world: &World,
) -> Verdict {
    let log = world.log().await?;
    let order = stream("1")?;
    let mut answers = Vec::new();
    for name in ["A", "B", "C", "D"] {
        answers.push(log.place().await?.append(one(&order, name)));
    }
    for answer in answers.into_iter().rev() {
        answer.await?;
    }
    let names: Vec<_> = log.stream(&order).await?.iter().map(|e| e.name.to_string()).collect();
    equal("the names in order", names, ["A", "B", "C", "D"].map(str::to_owned).to_vec())
}
