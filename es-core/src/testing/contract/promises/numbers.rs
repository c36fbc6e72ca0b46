//! Sequences are gapless per stream, positions contiguous in commit order.

use std::collections::HashMap;

use crate::event::{Partition, Position, RecordedEvent, Sequence, StreamId};
use crate::store::Expected;
use crate::testing::contract::batches::{at, batch, event, one, stream};
use crate::testing::contract::check::{Verdict, equal, holds};
use crate::testing::contract::log::{World, at_once};
use crate::testing::contract::promise::promises;

promises!("numbers":
    sequences_are_gapless_under_many_writers,
    positions_are_contiguous_from_one,
    a_refused_batch_uses_up_no_number,
    a_later_batch_has_a_later_position,
);

async fn sequences_are_gapless_under_many_writers(world: &World) -> Verdict {
    let log = world.log().await?;
    let mut writers = Vec::new();
    for writer in 0..32_u64 {
        let (log, order) = (log.clone(), stream(&(writer % 4).to_string())?);
        writers.push(async move {
            for _ in 0..8 {
                log.append(batch(vec![event(&order, "A"), event(&order, "B")])).await?;
            }
            Ok::<_, crate::store::AppendError>(())
        });
    }
    for answer in at_once(writers).await? {
        answer?;
    }
    for id in 0..4 {
        let sequences: Vec<_> =
            log.stream(&stream(&id.to_string())?).await?.iter().map(|e| e.sequence()).collect();
        let expected: Vec<_> = (0..128).map(|sequence| Some(Sequence(sequence))).collect();
        equal("the sequences of a stream", sequences, expected)?;
    }
    numbered(&log.all().await?, 512)
}

async fn positions_are_contiguous_from_one(world: &World) -> Verdict {
    let log = world.log().await?;
    for id in 0..20 {
        log.append(one(&stream(&(id % 3).to_string())?, "A")).await?;
    }
    numbered(&log.all().await?, 20)
}

async fn a_refused_batch_uses_up_no_number(world: &World) -> Verdict {
    let log = world.log().await?;
    let order = stream("1")?;
    for round in 0..6_u64 {
        let expected = if round == 0 { Expected::NoStream } else { at(round - 1) };
        let refused = batch(vec![event(&order, "A"), event(&order, "B")]).expecting(&order, at(99));
        log.refused(refused, "a refusal", |_| true).await?;
        log.append(one(&order, "A").expecting(&order, expected)).await?;
    }
    numbered(&log.all().await?, 6)
}

async fn a_later_batch_has_a_later_position(world: &World) -> Verdict {
    let log = world.log().await?;
    let mut last = Position(0);
    for id in 0..10 {
        let answer = log.append(one(&stream(&id.to_string())?, "A")).await?;
        let seen = answer.token.position(Partition(0)).unwrap_or_default();
        holds(seen > last, || format!("expected a position beyond {last}, saw {seen}"))?;
        last = seen;
    }
    Ok(())
}

/// Expects positions 1 to `count`, and in every stream sequences from 0 without a gap.
pub(in crate::testing::contract) fn numbered(events: &[RecordedEvent], count: u64) -> Verdict {
    let positions: Vec<_> = events.iter().map(|event| event.position.0).collect();
    equal("the positions", positions, (1..=count).collect())?;
    let mut next: HashMap<&StreamId, u64> = HashMap::new();
    for event in events {
        let Some((stream, sequence)) = &event.stream else {
            continue;
        };
        let expected = next.entry(stream).or_default();
        equal(&format!("the next sequence of `{stream}`"), sequence.0, *expected)?;
        *expected += 1;
    }
    Ok(())
}
