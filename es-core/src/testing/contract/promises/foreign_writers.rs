//! Two writers on one log are as correct as one.

use std::time::Duration;

use crate::event::{CommandId, Position, Sequence};
use crate::store::{Append, AppendError, Expected, Marker};
use crate::testing::contract::batches::{
    at, batch, command, event, event_without_stream, one, question, stream, tagged, with_tags,
};
use crate::testing::contract::check::{Unkept, Verdict, equal};
use crate::testing::contract::log::{Log, World, at_once};
use crate::testing::contract::promise::promises;
use crate::testing::contract::promises::numbers::numbered;

promises!("foreign writers":
    what_one_writes_the_other_reads,
    writers_in_turns_keep_the_numbers,
    a_stale_expectation_is_a_conflict,
    an_answer_that_stores_nothing_knows_what_the_other_wrote,
    both_writing_at_once_keep_the_numbers,
    a_command_is_remembered_for_both,
    a_condition_sees_the_others_events,
    a_foreign_commit_wakes_readers,
);

async fn two(world: &World) -> Verdict<(Log, Log)> {
    world.needs_foreign_writers()?;
    let log = world.log().await?;
    let other = world.again(&log).await?;
    equal("the identity of one log", other.identity(), log.identity())?;
    Ok((log, other))
}

async fn what_one_writes_the_other_reads(world: &World) -> Verdict {
    let (log, other) = two(world).await?;
    let order = stream("1")?;
    log.append(batch(vec![event(&order, "A"), event(&order, "B")])).await?;
    equal("the other's version", other.version(&order).await?, Some(Sequence(1)))?;
    equal("the other's head", other.head_position().await?, Position(2))
}

async fn writers_in_turns_keep_the_numbers(world: &World) -> Verdict {
    let (log, other) = two(world).await?;
    let order = stream("1")?;
    for round in 0..20_u64 {
        let writer = if round % 2 == 0 { &log } else { &other };
        let expected = round.checked_sub(1).map_or(Expected::NoStream, at);
        writer.append(one(&order, "A").expecting(&order, expected)).await?;
        writer.append(batch(vec![event_without_stream("B")])).await?;
    }
    numbered(&log.all().await?, 40)
}

async fn a_stale_expectation_is_a_conflict(world: &World) -> Verdict {
    let (log, other) = two(world).await?;
    let order = stream("1")?;
    log.append(one(&order, "A")).await?;
    other.append(one(&order, "B")).await?;
    let stale = one(&order, "C").expecting(&order, at(0));
    log.refused(stale, "a conflict at sequence 1", |error| {
        matches!(error, AppendError::Conflict { actual: Some(Sequence(1)), .. })
    })
    .await?;
    Ok(())
}

async fn an_answer_that_stores_nothing_knows_what_the_other_wrote(world: &World) -> Verdict {
    let (log, other) = two(world).await?;
    let order = stream("1")?;
    log.append(one(&order, "A")).await?;
    log.append(question(&order, at(0))).await?;
    other.append(one(&order, "B")).await?;
    let stale = question(&order, at(0));
    log.refused(stale, "a conflict", |e| matches!(e, AppendError::Conflict { .. })).await?;
    log.append(question(&order, at(1))).await?;
    Ok(())
}

async fn both_writing_at_once_keep_the_numbers(world: &World) -> Verdict {
    let (log, other) = two(world).await?;
    let mut writers = Vec::new();
    for writer in 0..8_u64 {
        let log = if writer % 2 == 0 { log.clone() } else { other.clone() };
        let order = stream(&(writer / 4).to_string())?;
        writers.push(async move {
            for _ in 0..10 {
                let three = (0..3).map(|_| event(&order, "A")).collect();
                patiently(&log, || batch(Vec::clone(&three))).await?;
            }
            Verdict::Ok(())
        });
    }
    for done in at_once(writers).await? {
        done?;
    }
    numbered(&log.all().await?, 240)
}

/// Appends, and tries again while the other writer holds the log.
async fn patiently(log: &Log, batch: impl Fn() -> crate::store::Append) -> Verdict {
    for _ in 0..100 {
        match log.append(batch()).await {
            Err(AppendError::Busy) => tokio::task::yield_now().await,
            answer => {
                answer?;
                return Ok(());
            }
        }
    }
    Err(Unkept::broken("expected the log to be free at some time, it was busy 100 times"))
}

async fn a_command_is_remembered_for_both(world: &World) -> Verdict {
    world.needs_command_memory()?;
    let (log, other) = two(world).await?;
    let id = CommandId::generate();
    log.append(one(&stream("1")?, "A").remembering(command(id))).await?;
    let repetition = one(&stream("2")?, "A").remembering(command(id));
    let is_stored = |error: &AppendError| matches!(error, AppendError::CommandStored(_));
    other.refused(repetition, "`CommandStored`", is_stored).await?;
    let refusal = Append::default().unless_stored(id);
    other.refused(refusal, "`CommandStored`", is_stored).await?;
    let is_known = other.memory(id).await?.is_some();
    equal("whether the other remembers it", is_known, true)
}

async fn a_condition_sees_the_others_events(world: &World) -> Verdict {
    world.needs_conditions()?;
    let (log, other) = two(world).await?;
    let take = || {
        batch(vec![tagged(event_without_stream("Taken"), "seat", "1")])
            .provided(with_tags(&[("seat", "1")]), Marker::default())
    };
    log.append(take()).await?;
    other
        .refused(take(), "a broken condition", |e| matches!(e, AppendError::ConditionFailed { .. }))
        .await?;
    Ok(())
}

async fn a_foreign_commit_wakes_readers(world: &World) -> Verdict {
    let (log, other) = two(world).await?;
    let mut committed = log.committed();
    committed.mark_unchanged();
    other.append(one(&stream("1")?, "A")).await?;
    let woken = tokio::time::timeout(Duration::from_secs(10), committed.changed()).await;
    woken
        .map_err(|_| Unkept::broken("expected a reader to be woken, for 10 s nothing came"))
        .map(drop)
}
