//! The snapshot that was kept last for a stream is found, and keeping one changes nothing else.

use bytes::Bytes;

use crate::event::{EventId, Position, Sequence, StreamId};
use crate::store::{ReadError, Snapshot};
use crate::testing::contract::batches::{batch, event, one, stream, stream_of, tenant};
use crate::testing::contract::check::{Verdict, equal, holds};
use crate::testing::contract::log::{Log, World, at_once};
use crate::testing::contract::promise::promises;

promises!("snapshots":
    a_stream_that_nobody_took_one_of_has_none,
    the_one_that_was_kept_is_found_at_once_and_after_further_commits,
    a_later_one_takes_the_place_of_an_earlier_one,
    an_earlier_one_that_is_kept_later_takes_the_place_too,
    every_value_comes_back_as_it_was,
    a_large_one_comes_back_whole,
    every_stream_has_its_own,
    many_can_be_kept_before_any_is_written,
    keeping_one_changes_no_event,
    those_kept_at_once_by_many_are_all_there,
    they_are_there_after_a_restart,
    one_kept_last_before_the_end_is_there_after_a_restart,
    a_second_writer_finds_them,
    a_closed_log_gives_none,
);

fn taken(stream: &StreamId, sequence: u64, payload: impl Into<Bytes>) -> Snapshot {
    Snapshot {
        stream: stream.clone(),
        sequence: Sequence(sequence),
        event: EventId::generate(),
        schema: 7,
        payload: payload.into(),
    }
}

async fn found(log: &Log, expected: &Snapshot) -> Verdict {
    let seen = log.snapshot(&expected.stream).await?;
    equal("the stream's snapshot", seen.as_ref(), Some(expected))
}

/// A new log with a stream of one event.
async fn with_a_stream(world: &World) -> Verdict<(Log, StreamId)> {
    world.needs_snapshots()?;
    let log = world.log().await?;
    let order = stream("1")?;
    log.append(one(&order, "A")).await?;
    Ok((log, order))
}

async fn a_stream_that_nobody_took_one_of_has_none(world: &World) -> Verdict {
    let (log, order) = with_a_stream(world).await?;
    equal("the snapshot of a stream", log.snapshot(&order).await?, None)?;
    equal("the snapshot of no stream", log.snapshot(&stream("2")?).await?, None)
}

async fn the_one_that_was_kept_is_found_at_once_and_after_further_commits(
    world: &World,
) -> Verdict {
    let (log, order) = with_a_stream(world).await?;
    let kept = taken(&order, 0, "{}");
    log.keep_snapshot(kept.clone());
    found(&log, &kept).await?;
    for _ in 0..3 {
        log.append(one(&order, "B")).await?;
        found(&log, &kept).await?;
    }
    Ok(())
}

async fn a_later_one_takes_the_place_of_an_earlier_one(world: &World) -> Verdict {
    let (log, order) = with_a_stream(world).await?;
    for sequence in 0..6 {
        let kept = taken(&order, sequence, format!("{{\"n\":{sequence}}}"));
        log.keep_snapshot(kept.clone());
        found(&log, &kept).await?;
        // Half of them are replaced before they can have been written.
        if sequence % 2 == 0 {
            log.append(one(&order, "B")).await?;
            found(&log, &kept).await?;
        }
    }
    Ok(())
}

// Otherwise one that claims to be far ahead would stand in the way of all others for ever.
async fn an_earlier_one_that_is_kept_later_takes_the_place_too(world: &World) -> Verdict {
    let (log, order) = with_a_stream(world).await?;
    for sequence in [1_000_000, 0] {
        let kept = taken(&order, sequence, "{}");
        log.keep_snapshot(kept.clone());
        log.append(one(&order, "B")).await?;
        found(&log, &kept).await?;
    }
    Ok(())
}

async fn every_value_comes_back_as_it_was(world: &World) -> Verdict {
    let (log, order) = with_a_stream(world).await?;
    let payloads: [&'static [u8]; 3] = [b"", &[0, 255, 0, 128], "{\"ä\":\"\u{1F980}\"}".as_bytes()];
    for payload in payloads {
        for schema in [0, 1, u64::MAX, 1 << 63] {
            let payload = Bytes::from_static(payload);
            let kept = Snapshot { schema, ..taken(&order, 0, payload) };
            log.keep_snapshot(kept.clone());
            log.append(one(&order, "B")).await?;
            found(&log, &kept).await?;
        }
    }
    Ok(())
}

async fn a_large_one_comes_back_whole(world: &World) -> Verdict {
    let (log, order) = with_a_stream(world).await?;
    let payload: Vec<u8> = (0..4_000_000_u32).map(|n| (n % 251) as u8).collect();
    let kept = taken(&order, 0, payload);
    log.keep_snapshot(kept.clone());
    log.append(one(&order, "B")).await?;
    let seen = log.snapshot(&order).await?;
    holds(seen.as_ref() == Some(&kept), || "expected 4 MB to come back as they were".to_owned())
}

async fn every_stream_has_its_own(world: &World) -> Verdict {
    world.needs_snapshots()?;
    let log = world.log().await?;
    let (a, b) = (tenant("a")?, tenant("b")?);
    let streams = [
        stream_of(&a, "Order", "1")?,
        stream_of(&b, "Order", "1")?,
        stream_of(&a, "Customer", "1")?,
        stream_of(&a, "Order", "é")?,
        stream_of(&a, "Order", "e\u{301}")?,
        stream_of(&a, "Order", "É")?,
    ];
    let mut all = Vec::new();
    for (number, order) in streams.iter().enumerate() {
        log.append(one(order, "A")).await?;
        let kept = taken(order, 0, number.to_string());
        log.keep_snapshot(kept.clone());
        all.push(kept);
    }
    log.append(one(&stream("last")?, "A")).await?;
    for kept in &all {
        found(&log, kept).await?;
    }
    Ok(())
}

async fn many_can_be_kept_before_any_is_written(world: &World) -> Verdict {
    world.needs_snapshots()?;
    let log = world.log().await?;
    let mut all = Vec::new();
    for number in 0..500 {
        let order = stream(&number.to_string())?;
        log.append(one(&order, "A")).await?;
        all.push(taken(&order, 0, vec![b'x'; 2_000]));
    }
    all.iter().for_each(|kept| log.keep_snapshot(kept.clone()));
    for kept in &all {
        found(&log, kept).await?;
    }
    for number in 0..10 {
        log.append(one(&stream(&number.to_string())?, "B")).await?;
    }
    for kept in &all {
        found(&log, kept).await?;
    }
    Ok(())
}

async fn keeping_one_changes_no_event(world: &World) -> Verdict {
    world.needs_snapshots()?;
    let log = world.log().await?;
    let order = stream("1")?;
    log.append(batch(vec![event(&order, "A"), event(&order, "B")])).await?;
    log.keep_snapshot(taken(&order, 1, "{}"));
    equal("the head", log.head_position().await?, Position(2))?;
    log.append(one(&order, "C")).await?;
    equal("the head", log.head_position().await?, Position(3))?;
    let names: Vec<_> =
        log.stream(&order).await?.iter().map(|event| event.name.to_string()).collect();
    equal("the stream", names, ["A", "B", "C"].map(str::to_owned).to_vec())
}

async fn those_kept_at_once_by_many_are_all_there(world: &World) -> Verdict {
    world.needs_snapshots()?;
    let log = world.log().await?;
    let mut keepers = Vec::new();
    for keeper in 0..8 {
        let (log, order) = (log.clone(), stream(&keeper.to_string())?);
        keepers.push(async move {
            let mut last = taken(&order, 0, "{}");
            for sequence in 0..20 {
                log.append(one(&order, "A")).await?;
                last = taken(&order, sequence, "{}");
                log.keep_snapshot(last.clone());
            }
            found(&log, &last).await
        });
    }
    at_once(keepers).await?.into_iter().collect()
}

async fn they_are_there_after_a_restart(world: &World) -> Verdict {
    world.needs_durability()?;
    let (log, order) = with_a_stream(world).await?;
    let kept = taken(&order, 0, "{\"n\":0}");
    log.keep_snapshot(kept.clone());
    log.append(one(&order, "B")).await?;
    log.close().await;
    found(&world.again(&log).await?, &kept).await
}

async fn one_kept_last_before_the_end_is_there_after_a_restart(world: &World) -> Verdict {
    world.needs_durability()?;
    let (log, order) = with_a_stream(world).await?;
    let other = stream("2")?;
    log.append(one(&other, "A")).await?;
    let all = [taken(&order, 0, vec![b'x'; 300_000]), taken(&other, 0, vec![b'y'; 300_000])];
    all.iter().for_each(|kept| log.keep_snapshot(kept.clone()));
    log.close().await;
    let log = world.again(&log).await?;
    for kept in &all {
        found(&log, kept).await?;
    }
    Ok(())
}

async fn a_second_writer_finds_them(world: &World) -> Verdict {
    world.needs_foreign_writers()?;
    let (log, order) = with_a_stream(world).await?;
    let other = world.again(&log).await?;
    let kept = taken(&order, 0, "{}");
    log.keep_snapshot(kept.clone());
    log.append(one(&order, "B")).await?;
    found(&other, &kept).await?;
    let newer = taken(&order, 1, "{}");
    other.keep_snapshot(newer.clone());
    other.append(one(&order, "C")).await?;
    found(&log, &newer).await
}

async fn a_closed_log_gives_none(world: &World) -> Verdict {
    let (log, order) = with_a_stream(world).await?;
    log.close().await;
    log.keep_snapshot(taken(&order, 0, "{}"));
    match log.snapshot(&order).await {
        Err(ReadError::Closed) => Ok(()),
        seen => holds(false, || format!("expected `Closed`, saw {seen:?}")),
    }
}
