//! A stream is read in order, from any sequence on, as a prefix.

use std::ops::ControlFlow;

use crate::event::{RecordedEvent, Sequence};
use crate::store::AppendError;
use crate::testing::contract::batches::{batch, event, one, stream};
use crate::testing::contract::check::{Verdict, equal, holds};
use crate::testing::contract::log::World;
use crate::testing::contract::promise::promises;

promises!("streams":
    a_stream_is_read_from_any_sequence_on,
    an_unknown_stream_has_no_version,
    a_reader_may_stop,
    an_answered_batch_is_readable_at_once,
    a_long_stream_is_read_whole,
    a_reader_beside_a_writer_sees_a_prefix_of_whole_batches,
);

async fn a_stream_is_read_from_any_sequence_on(world: &World) -> Verdict {
    let log = world.log().await?;
    let order = stream("1")?;
    log.append(one(&stream("2")?, "A")).await?;
    log.append(batch((0..5).map(|_| event(&order, "A")).collect())).await?;
    for from in [0, 1, 4, 5, 6, u64::MAX] {
        let (events, version) = log.stream_from(&order, Sequence(from)).await?;
        let seen: Vec<_> = events.iter().filter_map(|e| e.sequence()).map(|s| s.0).collect();
        equal(&format!("the sequences from {from} on"), seen, (from.min(5)..5).collect())?;
        equal("the version", version, Some(Sequence(4)))?;
    }
    Ok(())
}

async fn an_unknown_stream_has_no_version(world: &World) -> Verdict {
    let log = world.log().await?;
    log.append(one(&stream("1")?, "A")).await?;
    let (events, version) = log.stream_from(&stream("2")?, Sequence(0)).await?;
    equal("the number of events", events.len(), 0)?;
    equal("the version", version, None)
}

async fn a_reader_may_stop(world: &World) -> Verdict {
    let log = world.log().await?;
    let order = stream("1")?;
    log.append(batch((0..9).map(|_| event(&order, "A")).collect())).await?;
    let mut seen = 0;
    let mut visit = |_: &RecordedEvent| {
        seen += 1;
        if seen == 4 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    };
    let version = log.read_stream(&order, Sequence(0), &mut visit).await?;
    equal("the number of events seen", seen, 4)?;
    equal("the version", version, Some(Sequence(8)))
}

async fn an_answered_batch_is_readable_at_once(world: &World) -> Verdict {
    let log = world.log().await?;
    let order = stream("1")?;
    for sequence in 0..50 {
        let answer = log.append(one(&order, "A")).await?;
        equal("the version", log.version(&order).await?, Some(Sequence(sequence)))?;
        equal("the head", Some(log.head_position().await?), answer.first)?;
    }
    Ok(())
}

async fn a_long_stream_is_read_whole(world: &World) -> Verdict {
    let log = world.log().await?;
    let order = stream("1")?;
    for _ in 0..5 {
        log.append(batch((0..700).map(|_| event(&order, "A")).collect())).await?;
        log.append(one(&stream("2")?, "A")).await?;
    }
    let seen: Vec<_> =
        log.stream(&order).await?.iter().filter_map(|e| e.sequence()).map(|s| s.0).collect();
    equal("the sequences", seen, (0..3500).collect())
}

async fn a_reader_beside_a_writer_sees_a_prefix_of_whole_batches(world: &World) -> Verdict {
    let log = world.log().await?;
    let order = stream("1")?;
    let writer = tokio::spawn({
        let (log, order) = (log.clone(), order.clone());
        async move {
            for _ in 0..150 {
                log.append(batch((0..3).map(|_| event(&order, "A")).collect())).await?;
            }
            Ok::<_, AppendError>(())
        }
    });
    let mut last = 0;
    loop {
        let is_last = writer.is_finished();
        let (events, version) = log.stream_from(&order, Sequence(0)).await?;
        let seen: Vec<_> = events.iter().filter_map(|e| e.sequence()).map(|s| s.0).collect();
        let count = seen.len() as u64;
        equal("the sequences", seen, (0..count).collect())?;
        let is_whole = count.is_multiple_of(3) && count >= last;
        holds(is_whole, || format!("expected whole batches, no fewer than {last}, saw {count}"))?;
        let version = version.map_or(0, |version| version.0 + 1);
        holds(version >= count, || format!("expected a version of {count} events, saw {version}"))?;
        last = count;
        if is_last {
            break;
        }
        tokio::task::yield_now().await;
    }
    writer.await??;
    equal("the number of events at the end", last, 450)
}
