//! A batch decided on state that is not durable yet stands and falls with what it was decided on.

use std::time::Duration;

use crate::event::{Position, Sequence, StreamId};
use crate::store::{Append, AppendError, BatchFate, Expected};
use crate::testing::contract::batches::{at, one, question, stream};
use crate::testing::contract::check::{Unkept, Verdict, equal, holds};
use crate::testing::contract::log::{Log, World, refused};
use crate::testing::contract::promise::promises;

promises!("pipelining":
    a_batch_decided_on_a_stored_one_is_stored,
    a_chain_handed_over_at_once_is_stored,
    a_batch_falls_with_its_predecessor_whatever_the_version_says,
    a_batch_falls_with_its_predecessor_also_later,
    a_batch_falls_with_its_predecessor_when_another_writer_took_its_number,
    the_fall_passes_on,
    a_batch_falls_with_any_of_its_predecessors,
    an_answer_that_stores_nothing_falls_too,
    a_predecessor_that_was_never_handed_over_counts_as_undone,
    a_fate_is_settled_with_the_answer,
);

fn is_predecessor_undone(error: &AppendError) -> bool {
    matches!(error, AppendError::PredecessorUndone)
}

/// A batch on the stream that will be refused, because of another stream.
fn failing(order: &StreamId) -> Verdict<Append> {
    Ok(one(order, "P").expecting(&stream("elsewhere")?, at(3)))
}

async fn a_batch_decided_on_a_stored_one_is_stored(world: &World) -> Verdict {
    let log = world.log().await?;
    let order = stream("1")?;
    let first = one(&order, "A");
    let fate = first.fate.clone();
    log.append(first).await?;
    log.append(one(&order, "B").expecting(&order, at(0)).resting_on(&fate)).await?;
    equal("the stream's version", log.version(&order).await?, Some(Sequence(1)))
}

async fn a_chain_handed_over_at_once_is_stored(world: &World) -> Verdict {
    let log = world.log().await?;
    let order = stream("1")?;
    let mut chain = vec![one(&order, "A").expecting(&order, Expected::NoStream)];
    for sequence in 0..100 {
        let fate = chain.last().map(|batch| batch.fate.clone()).unwrap_or_default();
        chain.push(one(&order, "B").expecting(&order, at(sequence)).resting_on(&fate));
    }
    for answer in log.append_together(chain).await? {
        answer?;
    }
    equal("the stream's version", log.version(&order).await?, Some(Sequence(100)))
}

async fn a_batch_falls_with_its_predecessor_whatever_the_version_says(world: &World) -> Verdict {
    let log = world.log().await?;
    let order = stream("1")?;
    let p = failing(&order)?;
    // Somebody else takes the number that the failed batch would have had.
    let q = one(&order, "Q").expecting(&order, Expected::NoStream);
    let s = one(&order, "S").expecting(&order, at(0)).resting_on(&p.fate);
    let mut answers = log.append_together(vec![p, q, s]).await?.into_iter();
    if let (Some(p), Some(q), Some(s)) = (answers.next(), answers.next(), answers.next()) {
        refused(p, "a conflict", |e| matches!(e, AppendError::Conflict { .. }))?;
        q?;
        refused(s, "`PredecessorUndone`", is_predecessor_undone)?;
    }
    only_q(&log, &order).await
}

async fn a_batch_falls_with_its_predecessor_also_later(world: &World) -> Verdict {
    let log = world.log().await?;
    let order = stream("1")?;
    let p = failing(&order)?;
    let s = one(&order, "S").expecting(&order, at(0)).resting_on(&p.fate);
    log.refused(p, "a conflict", |_| true).await?;
    log.append(one(&order, "Q")).await?;
    log.refused(s, "`PredecessorUndone`", is_predecessor_undone).await?;
    only_q(&log, &order).await
}

async fn a_batch_falls_with_its_predecessor_when_another_writer_took_its_number(
    world: &World,
) -> Verdict {
    world.needs_foreign_writers()?;
    let log = world.log().await?;
    let other = world.again(&log).await?;
    let order = stream("1")?;
    let p = one(&order, "P").expecting(&order, Expected::NoStream);
    let s = one(&order, "S").expecting(&order, at(0)).resting_on(&p.fate);
    other.append(one(&order, "Q").expecting(&order, Expected::NoStream)).await?;
    let mut answers = log.append_together(vec![p, s]).await?.into_iter();
    if let (Some(p), Some(s)) = (answers.next(), answers.next()) {
        refused(p, "a conflict", |e| matches!(e, AppendError::Conflict { .. }))?;
        refused(s, "`PredecessorUndone`", is_predecessor_undone)?;
    }
    only_q(&log, &order).await
}

async fn only_q(log: &Log, order: &StreamId) -> Verdict {
    let names: Vec<_> = log.stream(order).await?.iter().map(|e| e.name.to_string()).collect();
    equal("the stream", names, vec!["Q".to_owned()])
}

async fn the_fall_passes_on(world: &World) -> Verdict {
    let log = world.log().await?;
    let order = stream("1")?;
    let mut chain = vec![failing(&order)?];
    for _ in 0..5 {
        let fate = chain.last().map(|batch| batch.fate.clone()).unwrap_or_default();
        chain.push(one(&order, "S").resting_on(&fate));
    }
    let answers = log.append_together(chain).await?;
    for answer in answers.into_iter().skip(1) {
        refused(answer, "`PredecessorUndone`", is_predecessor_undone)?;
    }
    equal("the head", log.head_position().await?, Position(0))
}

async fn a_batch_falls_with_any_of_its_predecessors(world: &World) -> Verdict {
    let log = world.log().await?;
    let (order, other) = (stream("1")?, stream("2")?);
    let good = one(&other, "A");
    let bad = failing(&order)?;
    let on_both = one(&order, "S").resting_on(&good.fate).resting_on(&bad.fate);
    let mut answers = log.append_together(vec![good, bad, on_both]).await?.into_iter();
    if let (Some(good), Some(_), Some(on_both)) = (answers.next(), answers.next(), answers.next()) {
        good?;
        refused(on_both, "`PredecessorUndone`", is_predecessor_undone)?;
    }
    equal("the head", log.head_position().await?, Position(1))
}

async fn an_answer_that_stores_nothing_falls_too(world: &World) -> Verdict {
    let log = world.log().await?;
    let order = stream("1")?;
    let good = one(&order, "A");
    let on_good = question(&order, at(0)).resting_on(&good.fate);
    let bad = failing(&order)?;
    let on_bad = question(&order, Expected::Any).resting_on(&bad.fate);
    let mut answers = log.append_together(vec![good, on_good, bad, on_bad]).await?.into_iter();
    if let (Some(good), Some(on_good)) = (answers.next(), answers.next()) {
        good?;
        on_good?;
    }
    if let Some(on_bad) = answers.nth(1) {
        refused(on_bad, "`PredecessorUndone`", is_predecessor_undone)?;
    }
    Ok(())
}

async fn a_predecessor_that_was_never_handed_over_counts_as_undone(world: &World) -> Verdict {
    let log = world.log().await?;
    let order = stream("1")?;
    let lost = BatchFate::pending();
    let batch = one(&order, "S").resting_on(&lost);
    log.refused(batch, "`PredecessorUndone`", is_predecessor_undone).await?;
    equal("the head", log.head_position().await?, Position(0))
}

async fn a_fate_is_settled_with_the_answer(world: &World) -> Verdict {
    let log = world.log().await?;
    let order = stream("1")?;
    let (good, bad) = (one(&order, "A"), failing(&order)?);
    let fates = [good.fate.clone(), bad.fate.clone()];
    holds(fates.iter().all(BatchFate::is_pending), || "expected pending fates".to_owned())?;
    log.append_together(vec![good, bad]).await?;
    let seen: Vec<_> = fates.iter().map(|f| (f.is_committed(), f.is_undone())).collect();
    equal(
        "(committed, undone) of a stored and a refused batch",
        seen,
        vec![(true, false), (false, true)],
    )?;
    for fate in &fates {
        let settled = tokio::time::timeout(Duration::from_secs(10), fate.settled()).await;
        settled.map_err(|_| Unkept::broken("expected a settled fate to wake who waits for it"))?;
    }
    Ok(())
}
