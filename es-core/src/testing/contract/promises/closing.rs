//! A closed log finishes what it has and refuses the rest.

use std::ops::ControlFlow;
use std::time::Duration;

use crate::event::{CommandId, Partition, Position, Sequence, Timestamp};
use crate::store::{AppendError, Filter, ReadError};
use crate::testing::contract::batches::{one, stream};
use crate::testing::contract::check::{Unkept, Verdict, holds};
use crate::testing::contract::log::{Log, World, refused};
use crate::testing::contract::promise::promises;

promises!("closing":
    a_closed_log_gives_no_places,
    a_place_from_before_is_answered_closed,
    who_waits_for_a_place_is_told_that_the_log_closed,
    queued_batches_are_finished,
    a_closed_log_is_not_read,
    closing_twice_is_closing_once,
);

fn is_closed(error: &AppendError) -> bool {
    matches!(error, AppendError::Closed)
}

async fn close(log: &Log) -> Verdict {
    let closed = tokio::time::timeout(Duration::from_secs(20), log.close()).await;
    closed.map_err(|_| Unkept::broken("expected the log to close, for 20 s it did not"))
}

async fn a_closed_log_gives_no_places(world: &World) -> Verdict {
    let log = world.log().await?;
    close(&log).await?;
    for place in [log.try_reserve(), log.reserve(None).await] {
        holds(place.is_err_and(|error| is_closed(&error)), || "expected `Closed`".to_owned())?;
    }
    Ok(())
}

async fn a_place_from_before_is_answered_closed(world: &World) -> Verdict {
    let log = world.log().await?;
    let place = log.place().await?;
    close(&log).await?;
    let batch = one(&stream("1")?, "A");
    let fate = batch.fate.clone();
    refused(place.append(batch).await, "`Closed`", is_closed)?;
    holds(fate.is_undone(), || format!("expected the fate to be undone, it is {fate:?}"))
}

async fn who_waits_for_a_place_is_told_that_the_log_closed(world: &World) -> Verdict {
    let log = world.log_with_places(1).await?;
    let _held = log.place().await?;
    let (waits, is_waiting) = tokio::sync::oneshot::channel();
    let waiting = tokio::spawn({
        let log = log.clone();
        async move {
            let reserve = log.reserve(None);
            let _ = waits.send(());
            reserve.await
        }
    });
    let _ = is_waiting.await;
    close(&log).await?;
    let waited = tokio::time::timeout(Duration::from_secs(10), waiting).await;
    let place = waited.map_err(|_| Unkept::broken("expected `Closed`, it waits for ever"))??;
    holds(place.is_err_and(|error| is_closed(&error)), || "expected `Closed`".to_owned())
}

async fn queued_batches_are_finished(world: &World) -> Verdict {
    let log = world.log().await?;
    let order = stream("1")?;
    let mut answers = Vec::new();
    for _ in 0..100 {
        answers.push(log.place().await?.append(one(&order, "A")));
    }
    close(&log).await?;
    for answer in answers {
        answer.await?;
    }
    Ok(())
}

async fn a_closed_log_is_not_read(world: &World) -> Verdict {
    let log = world.log().await?;
    let order = stream("1")?;
    log.append(one(&order, "A")).await?;
    close(&log).await?;
    let first = Partition(0);
    let mut visit = |_: &_| ControlFlow::Continue(());
    let answers = [
        log.read_stream(&order, Sequence(0), &mut visit).await.map(drop),
        log.read(first, Position(0), &Filter::all(), 10).await.map(drop),
        log.head(first).await.map(drop),
        log.position_at(first, Timestamp::MIN).await.map(drop),
        log.remembered(order.tenant(), CommandId::generate()).await.map(drop),
    ];
    for answer in answers {
        let what = || format!("expected `Closed`, saw {answer:?}");
        holds(matches!(answer, Err(ReadError::Closed)), what)?;
    }
    Ok(())
}

async fn closing_twice_is_closing_once(world: &World) -> Verdict {
    let log = world.log().await?;
    log.append(one(&stream("1")?, "A")).await?;
    close(&log).await?;
    close(&log).await
}
