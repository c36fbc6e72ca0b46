//! Batches handed over together are judged as if one came after the other, and fail alone.

use bytes::Bytes;

use crate::event::{CommandId, Position, Sequence, StreamId};
use crate::store::{Append, AppendError, Committed, Expected, NewEvent};
use crate::testing::contract::batches::{at, batch, command, event, one, question, stream};
use crate::testing::contract::check::{Verdict, equal};
use crate::testing::contract::log::{Log, World, refused};
use crate::testing::contract::promise::promises;
use crate::testing::contract::promises::numbers::numbered;

promises!("groups":
    a_batch_sees_what_was_accepted_before_it,
    batches_are_stored_in_the_order_of_their_hand_over,
    a_batch_that_fails_inside_a_group_is_undone_alone,
    what_a_refused_batch_took_is_free_for_the_next,
    a_payload_over_the_limit_fails_alone,
    a_question_between_writes_sees_them,
);

/// Plays one scenario on many streams, all handed over together, so that whatever the writer takes
/// into one group, some scenario is whole in one. Gives each stream with its answers.
async fn played(
    log: &Log,
    scenario: impl Fn(&StreamId) -> Vec<Append>,
) -> Verdict<Vec<(StreamId, Vec<Answer>)>> {
    let streams: Vec<StreamId> =
        (0..25).map(|number| stream(&format!("played-{number}"))).collect::<Verdict<_>>()?;
    let batches: Vec<Vec<Append>> = streams.iter().map(scenario).collect();
    let lengths: Vec<usize> = batches.iter().map(Vec::len).collect();
    let mut answers =
        log.append_together(batches.into_iter().flatten().collect()).await?.into_iter();
    let of_each = lengths.into_iter().map(|length| answers.by_ref().take(length).collect());
    Ok(streams.into_iter().zip(of_each.collect::<Vec<_>>()).collect())
}

type Answer = Result<Committed, AppendError>;

fn stored(answers: &[Answer]) -> Vec<bool> {
    answers.iter().map(Result::is_ok).collect()
}

async fn a_batch_sees_what_was_accepted_before_it(world: &World) -> Verdict {
    let log = world.log().await?;
    let scenario = |order: &StreamId| {
        vec![
            one(order, "A").expecting(order, Expected::NoStream),
            one(order, "B").expecting(order, Expected::NoStream),
            one(order, "C").expecting(order, at(0)),
            one(order, "D").expecting(order, at(0)),
        ]
    };
    for (order, answers) in played(&log, scenario).await? {
        equal("which batches are stored", stored(&answers), vec![true, false, true, false])?;
        let names: Vec<_> = log.stream(&order).await?.iter().map(|e| e.name.to_string()).collect();
        equal("the stream", names, vec!["A".to_owned(), "C".to_owned()])?;
    }
    Ok(())
}

async fn batches_are_stored_in_the_order_of_their_hand_over(world: &World) -> Verdict {
    let log = world.log().await?;
    let mut batches = Vec::new();
    for id in 0..50 {
        batches.push(one(&stream(&id.to_string())?, "A"));
    }
    let mut first = Vec::new();
    for answer in log.append_together(batches).await? {
        first.push(answer?.first);
    }
    let expected: Vec<_> = (1..=50).map(|position| Some(Position(position))).collect();
    equal("the first positions in order of hand-over", first, expected)
}

async fn a_batch_that_fails_inside_a_group_is_undone_alone(world: &World) -> Verdict {
    let log = world.log().await?;
    let hot = stream("hot")?;
    let mut batches = Vec::new();
    for number in 0..60_u64 {
        let own = stream(&number.to_string())?;
        let events = match world.capabilities().multi_stream_appends {
            true => vec![event(&hot, "A"), event(&own, "A"), event(&hot, "B")],
            false => vec![event(&hot, "A"), event(&hot, "A"), event(&hot, "B")],
        };
        let mut next = batch(events).expecting(&hot, Expected::Any);
        match number % 6 {
            1 => next = next.expecting(&own, at(7)),
            // Found out by its last event: what was written before that must go again.
            4 => next.events.extend(next.events.first().cloned()),
            _ => next = next.expecting(&own, Expected::NoStream),
        }
        batches.push(next);
    }
    let answers = log.append_together(batches).await?;
    for (number, answer) in answers.into_iter().enumerate() {
        match number % 3 {
            1 => drop(refused(answer, "a conflict or a repeated event id", |error| {
                matches!(error, AppendError::Conflict { .. } | AppendError::EventStored(_))
            })?),
            _ => drop(answer?),
        }
    }
    numbered(&log.all().await?, 40 * 3)
}

async fn what_a_refused_batch_took_is_free_for_the_next(world: &World) -> Verdict {
    let log = world.log().await?;
    let has_memory = world.capabilities().command_memory;
    let scenario = |order: &StreamId| {
        let first = event(order, "A");
        let mut bad = batch(vec![first.clone(), event(order, "B"), first.clone()]);
        let mut good = batch(vec![first]).expecting(order, Expected::NoStream);
        if has_memory {
            let id = CommandId::generate();
            bad = bad.remembering(command(id));
            good = good.remembering(command(id));
        }
        vec![bad, good]
    };
    for (order, answers) in played(&log, scenario).await? {
        equal("which batches are stored", stored(&answers), vec![false, true])?;
        equal("the stream's version", log.version(&order).await?, Some(Sequence(0)))?;
    }
    Ok(())
}

async fn a_payload_over_the_limit_fails_alone(world: &World) -> Verdict {
    let log = world.log().await?;
    let payload = Bytes::from(vec![b'x'; world.capabilities().payload_limit_bytes + 1]);
    let scenario = |order: &StreamId| {
        let big = NewEvent { payload: payload.clone(), ..event(order, "Big") };
        vec![one(order, "A"), batch(vec![big]), one(order, "B")]
    };
    for (order, answers) in played(&log, scenario).await? {
        equal("which batches are stored", stored(&answers), vec![true, false, true])?;
        equal("the stream's version", log.version(&order).await?, Some(Sequence(1)))?;
    }
    Ok(())
}

async fn a_question_between_writes_sees_them(world: &World) -> Verdict {
    let log = world.log().await?;
    let scenario = |order: &StreamId| {
        vec![
            question(order, Expected::NoStream),
            one(order, "A"),
            question(order, Expected::NoStream),
            question(order, at(0)),
            one(order, "B"),
            question(order, at(1)),
        ]
    };
    for (_, answers) in played(&log, scenario).await? {
        equal("the answers", stored(&answers), vec![true, true, false, true, true, true])?;
    }
    Ok(())
}
