//! A batch is stored only if every stream looks as it expects.

use crate::event::{Position, Sequence};
use crate::store::{AppendError, Expected};
use crate::testing::contract::batches::{at, batch, event, one, question, stream};
use crate::testing::contract::check::{Verdict, equal};
use crate::testing::contract::log::{World, at_once};
use crate::testing::contract::promise::promises;

promises!("expectations":
    no_stream_holds_only_before_the_first_event,
    exact_holds_only_for_the_last_sequence,
    any_always_holds,
    a_conflict_names_the_stream_and_both_versions,
    streams_that_are_only_read_are_checked,
    all_expectations_must_hold,
    a_batch_without_events_is_judged_too,
    without_an_expectation_a_stream_is_extended,
    expectations_mean_the_state_before_the_batch,
    one_of_many_writers_wins,
    batches_on_other_streams_never_conflict,
);

fn is_conflict(error: &AppendError) -> bool {
    matches!(error, AppendError::Conflict { .. })
}

async fn no_stream_holds_only_before_the_first_event(world: &World) -> Verdict {
    let log = world.log().await?;
    let order = stream("1")?;
    log.append(one(&order, "Created").expecting(&order, Expected::NoStream)).await?;
    let again = one(&order, "Created").expecting(&order, Expected::NoStream);
    log.refused(again, "a conflict", is_conflict).await?;
    equal("the stream's version", log.version(&order).await?, Some(Sequence(0)))
}

async fn exact_holds_only_for_the_last_sequence(world: &World) -> Verdict {
    let log = world.log().await?;
    let order = stream("1")?;
    let missing = one(&order, "A").expecting(&order, at(0));
    log.refused(missing, "a conflict on a stream without events", is_conflict).await?;
    log.append(batch(vec![event(&order, "A"), event(&order, "B")])).await?;
    for wrong in [at(0), at(2), at(u64::MAX), Expected::NoStream] {
        let refused = one(&order, "C").expecting(&order, wrong);
        log.refused(refused, &format!("a conflict with {wrong:?}"), is_conflict).await?;
    }
    log.append(one(&order, "C").expecting(&order, at(1))).await?;
    equal("the stream's version", log.version(&order).await?, Some(Sequence(2)))
}

async fn any_always_holds(world: &World) -> Verdict {
    let log = world.log().await?;
    let order = stream("1")?;
    for _ in 0..2 {
        log.append(one(&order, "A").expecting(&order, Expected::Any)).await?;
    }
    equal("the stream's version", log.version(&order).await?, Some(Sequence(1)))
}

async fn a_conflict_names_the_stream_and_both_versions(world: &World) -> Verdict {
    let log = world.log().await?;
    let order = stream("1")?;
    log.append(one(&order, "A")).await?;
    let refused = one(&order, "B").expecting(&order, at(4));
    log.refused(refused, "stream, `Exact(4)` and sequence 0", |error| {
        matches!(error, AppendError::Conflict { stream, expected, actual }
            if *stream == order && *expected == at(4) && *actual == Some(Sequence(0)))
    })
    .await?;
    let other = stream("2")?;
    let refused = one(&order, "B").expecting(&other, at(4));
    log.refused(refused, "the other stream, and no version", |error| {
        matches!(error, AppendError::Conflict { stream, actual: None, .. } if *stream == other)
    })
    .await?;
    Ok(())
}

async fn streams_that_are_only_read_are_checked(world: &World) -> Verdict {
    let log = world.log().await?;
    let (written, read) = (stream("1")?, stream("2")?);
    log.append(one(&read, "A")).await?;
    let stale = one(&written, "A").expecting(&read, Expected::NoStream);
    log.refused(stale, "a conflict", is_conflict).await?;
    log.append(one(&written, "A").expecting(&read, at(0))).await?;
    equal("the version of the stream read", log.version(&read).await?, Some(Sequence(0)))
}

async fn all_expectations_must_hold(world: &World) -> Verdict {
    let log = world.log().await?;
    let (a, b) = (stream("1")?, stream("2")?);
    let half = one(&a, "A").expecting(&a, Expected::NoStream).expecting(&b, at(0));
    log.refused(half, "a conflict on the second expectation", is_conflict).await?;
    let half = one(&a, "A").expecting(&b, at(0)).expecting(&a, Expected::NoStream);
    log.refused(half, "a conflict on the first expectation", is_conflict).await?;
    equal("the head", log.head_position().await?, Position(0))
}

async fn a_batch_without_events_is_judged_too(world: &World) -> Verdict {
    let log = world.log().await?;
    let order = stream("1")?;
    log.append(question(&order, Expected::NoStream)).await?;
    log.append(one(&order, "A")).await?;
    log.append(question(&order, at(0))).await?;
    log.refused(question(&order, Expected::NoStream), "a conflict", is_conflict).await?;
    equal("the head", log.head_position().await?, Position(1))
}

async fn without_an_expectation_a_stream_is_extended(world: &World) -> Verdict {
    let log = world.log().await?;
    let order = stream("1")?;
    for _ in 0..3 {
        log.append(one(&order, "A")).await?;
    }
    equal("the stream's version", log.version(&order).await?, Some(Sequence(2)))
}

async fn expectations_mean_the_state_before_the_batch(world: &World) -> Verdict {
    let log = world.log().await?;
    let order = stream("1")?;
    let three = vec![event(&order, "A"), event(&order, "B"), event(&order, "C")];
    let twice =
        batch(three).expecting(&order, Expected::NoStream).expecting(&order, Expected::NoStream);
    log.append(twice).await?;
    equal("the stream's version", log.version(&order).await?, Some(Sequence(2)))
}

async fn one_of_many_writers_wins(world: &World) -> Verdict {
    let log = world.log().await?;
    let order = stream("1")?;
    for round in 0..8 {
        let expected = if round == 0 { Expected::NoStream } else { at(round - 1) };
        let writers = (0..16).map(|_| {
            let (log, order) = (log.clone(), order.clone());
            async move { log.append(one(&order, "A").expecting(&order, expected)).await }
        });
        let answers = at_once(writers).await?;
        let won = answers.iter().filter(|answer| answer.is_ok()).count();
        equal("the number of writers who won", won, 1)?;
        for error in answers.into_iter().filter_map(Result::err) {
            equal("whether a loser got a conflict", is_conflict(&error), true)?;
        }
    }
    equal("the stream's version", log.version(&order).await?, Some(Sequence(7)))
}

async fn batches_on_other_streams_never_conflict(world: &World) -> Verdict {
    let log = world.log().await?;
    let mut writers = Vec::new();
    for writer in 0..16 {
        let (log, order) = (log.clone(), stream(&writer.to_string())?);
        writers.push(async move {
            log.append(one(&order, "A").expecting(&order, Expected::NoStream)).await?;
            for sequence in 0..8 {
                log.append(one(&order, "B").expecting(&order, at(sequence))).await?;
            }
            Ok::<_, AppendError>(())
        });
    }
    for answer in at_once(writers).await? {
        answer?;
    }
    equal("the head", log.head_position().await?, Position(16 * 9))
}
