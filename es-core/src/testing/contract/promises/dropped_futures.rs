//! Every future may be dropped at every point where it waits, and the log is as it was.

use std::future::Future;
use std::ops::ControlFlow;
use std::pin::pin;
use std::task::Poll;
use std::time::{Duration, Instant};

use crate::event::{CommandId, Partition, Position, Sequence, Tenant, Timestamp};
use crate::store::{Filter, Marker};
use crate::testing::contract::batches::{batch, command, event, one, stream, with_names};
use crate::testing::contract::check::{Unkept, Verdict, equal, holds};
use crate::testing::contract::log::{Log, World};
use crate::testing::contract::promise::promises;

promises!("dropped futures":
    a_dropped_reserve_gives_its_place_back,
    a_dropped_answer_loses_no_batch,
    a_dropped_read_of_a_stream_disturbs_nobody,
    a_dropped_read_of_a_page_disturbs_nobody,
    a_dropped_search_disturbs_nobody,
    a_dropped_look_up_of_a_command_disturbs_nobody,
    a_dropped_close_closes_all_the_same,
);

/// Polls a future so many times, and drops it. `None` if it had not ended by then.
async fn polled<T>(times: usize, future: impl Future<Output = T>) -> Option<T> {
    let mut future = pin!(future);
    let mut left = times;
    std::future::poll_fn(move |context| {
        if left == 0 {
            return Poll::Ready(None);
        }
        left -= 1;
        match future.as_mut().poll(context) {
            Poll::Ready(value) => Poll::Ready(Some(value)),
            Poll::Pending if left == 0 => Poll::Ready(None),
            Poll::Pending => Poll::Pending,
        }
    })
    .await
}

/// More waits than any future of a log has.
const MOST: usize = 200;

/// Drops a future after 0, 1, 2 … polls until it ends first, and asks after each whether the log
/// still works.
async fn dropped_everywhere<F: Future>(
    log: &Log,
    what: &str,
    mut future: impl FnMut() -> F,
) -> Verdict {
    for times in 0..MOST {
        let is_through = polled(times, future()).await.is_some();
        works(log, &format!("`{what}` was dropped after {times} polls")).await?;
        if is_through {
            return Ok(());
        }
    }
    Err(Unkept::broken(format!("expected `{what}` to end within {MOST} polls")))
}

/// Appends and reads, within a time that only a lost place or connection exceeds.
async fn works(log: &Log, after: &str) -> Verdict {
    let order = stream("works")?;
    let work = async {
        let answer = log.append(one(&order, "A")).await?;
        let last = answer.token.position(Partition(0)).unwrap_or_default();
        let seen = log.page(Position(last.0.saturating_sub(1)), &Filter::all(), 1).await?;
        equal("the events at the end", seen.events.len(), 1)?;
        log.version(&order).await
    };
    let done = tokio::time::timeout(Duration::from_secs(20), work).await;
    let what = || Unkept::broken(format!("expected the log to work after {after}, it hangs"));
    done.map_err(|_| what())?.map(drop)
}

/// A log with a stream of several pages.
async fn filled(world: &World) -> Verdict<Log> {
    let log = world.log_with_places(8).await?;
    let order = stream("1")?;
    for _ in 0..4 {
        log.append(batch((0..700).map(|_| event(&order, "A")).collect())).await?;
    }
    Ok(log)
}

async fn a_dropped_reserve_gives_its_place_back(world: &World) -> Verdict {
    let log = world.log_with_places(1).await?;
    let end = || Instant::now().checked_add(Duration::from_secs(20));
    dropped_everywhere(&log, "reserve", || log.reserve(end())).await?;
    // A waiting one is polled once, and then nobody wakes it before it is dropped.
    for times in [0, 1].repeat(20) {
        let held = log.place().await?;
        let waited = polled(times, log.reserve(None)).await;
        holds(waited.is_none(), || "expected to wait for the one place".to_owned())?;
        drop(held);
        works(&log, &format!("a waiting `reserve` was dropped after {times} polls")).await?;
    }
    Ok(())
}

async fn a_dropped_answer_loses_no_batch(world: &World) -> Verdict {
    let log = world.log().await?;
    let order = stream("1")?;
    for times in 0..20 {
        let batch = one(&order, "A");
        let fate = batch.fate.clone();
        polled(times, log.place().await?.append(batch)).await;
        let settled = tokio::time::timeout(Duration::from_secs(20), fate.settled()).await;
        settled.map_err(|_| Unkept::broken("expected the batch's fate to be settled"))?;
        equal("whether it is stored", fate.is_committed(), true)?;
        equal("the version", log.version(&order).await?, Some(Sequence(times as u64)))?;
    }
    Ok(())
}

async fn a_dropped_read_of_a_stream_disturbs_nobody(world: &World) -> Verdict {
    let log = filled(world).await?;
    let order = stream("1")?;
    for from in [0, 2799, 9999] {
        let read = || async { log.stream_from(&order, Sequence(from)).await.map(drop) };
        dropped_everywhere(&log, "read_stream", read).await?;
    }
    equal("the events of the stream", log.stream(&order).await?.len(), 2800)
}

async fn a_dropped_read_of_a_page_disturbs_nobody(world: &World) -> Verdict {
    let log = filled(world).await?;
    for filter in [Filter::all(), Filter::names(["Never"])] {
        let page = || log.read(Partition(0), Position(0), &filter, 2000);
        dropped_everywhere(&log, "read", page).await?;
    }
    dropped_everywhere(&log, "head", || log.head(Partition(0))).await?;
    let now = Timestamp::from_microseconds(0);
    dropped_everywhere(&log, "position_at", || log.position_at(Partition(0), now)).await
}

async fn a_dropped_search_disturbs_nobody(world: &World) -> Verdict {
    world.needs_conditions()?;
    let log = filled(world).await?;
    let (tenant, criteria) = (Tenant::default(), with_names(&["A"]));
    let search = || async {
        let mut visit = |_: &_| ControlFlow::Continue(());
        log.visit_source(&tenant, &criteria, Marker::default(), &mut visit).await.map(drop)
    };
    dropped_everywhere(&log, "source", search).await
}

async fn a_dropped_look_up_of_a_command_disturbs_nobody(world: &World) -> Verdict {
    world.needs_command_memory()?;
    let log = world.log().await?;
    let id = CommandId::generate();
    let appended = log.place().await?.append(one(&stream("1")?, "A").remembering(command(id)));
    dropped_everywhere(&log, "remembered", || log.memory(id)).await?;
    appended.await?;
    equal("whether it is remembered", log.memory(id).await?.is_some(), true)
}

async fn a_dropped_close_closes_all_the_same(world: &World) -> Verdict {
    for times in 0..4 {
        let log = world.log().await?;
        let order = stream("1")?;
        let appended = log.place().await?.append(one(&order, "A"));
        polled(times, log.close()).await;
        if times > 0 {
            let refused = log.try_reserve().is_err();
            holds(refused, || format!("expected no place after {times} polls of `close`"))?;
        }
        // Whoever asks again waits for the end of what the first one began.
        let closed = tokio::time::timeout(Duration::from_secs(20), log.close()).await;
        closed.map_err(|_| Unkept::broken("expected the log to close, for 20 s it did not"))?;
        appended.await?;
    }
    Ok(())
}
