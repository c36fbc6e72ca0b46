//! Batches handed over together are judged as if one came after the other, and fail alone.

use bytes::Bytes;

use crate::event::{CommandId, Position, Sequence};
use crate::store::{AppendError, Expected, NewEvent};
use crate::testing::contract::batches::{at, batch, command, event, one, stream};
use crate::testing::contract::check::{Verdict, equal};
use crate::testing::contract::log::{World, refused};
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

async fn a_batch_sees_what_was_accepted_before_it(world: &World) -> Verdict {
    let log = world.log().await?;
    let order = stream("1")?;
    let batches = vec![
        one(&order, "A").expecting(&order, Expected::NoStream),
        one(&order, "B").expecting(&order, Expected::NoStream),
        one(&order, "C").expecting(&order, at(0)),
        one(&order, "D").expecting(&order, at(0)),
    ];
    let answers = log.append_together(batches).await?;
    let stored: Vec<_> = answers.iter().map(Result::is_ok).collect();
    equal(
        "which batches are stored",
        stored,
        vec![true, false, true, false],
    )?;
    let names: Vec<_> = log
        .stream(&order)
        .await?
        .iter()
        .map(|e| e.name.to_string())
        .collect();
    equal("the stream", names, vec!["A".to_owned(), "C".to_owned()])
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
        // Refused by its last expectation: whatever was written before must go again.
        let is_bad = number % 3 == 1;
        let last = if is_bad { at(7) } else { Expected::NoStream };
        batches.push(
            batch(events)
                .expecting(&hot, Expected::Any)
                .expecting(&own, last),
        );
    }
    let answers = log.append_together(batches).await?;
    for (number, answer) in answers.into_iter().enumerate() {
        match number % 3 {
            1 => drop(refused(answer, "a conflict", |e| {
                matches!(e, AppendError::Conflict { .. })
            })?),
            _ => drop(answer?),
        }
    }
    numbered(&log.all().await?, 40 * 3)
}

async fn what_a_refused_batch_took_is_free_for_the_next(world: &World) -> Verdict {
    let log = world.log().await?;
    let order = stream("1")?;
    let first = event(&order, "A");
    let mut bad = batch(vec![first.clone(), event(&order, "B"), first.clone()]);
    let mut good = batch(vec![first]).expecting(&order, Expected::NoStream);
    if world.capabilities().command_memory {
        let id = CommandId::generate();
        bad = bad.remembering(command(id));
        good = good.remembering(command(id));
    }
    let mut answers = log.append_together(vec![bad, good]).await?.into_iter();
    if let (Some(bad), Some(good)) = (answers.next(), answers.next()) {
        refused(bad, "`EventStored`", |e| {
            matches!(e, AppendError::EventStored(_))
        })?;
        good?;
    }
    equal(
        "the stream's version",
        log.version(&order).await?,
        Some(Sequence(0)),
    )
}

async fn a_payload_over_the_limit_fails_alone(world: &World) -> Verdict {
    let log = world.log().await?;
    let order = stream("1")?;
    let size = world.capabilities().payload_limit_bytes + 1;
    let big = NewEvent {
        payload: Bytes::from(vec![b'x'; size]),
        ..event(&order, "Big")
    };
    let batches = vec![one(&order, "A"), batch(vec![big]), one(&order, "B")];
    let stored: Vec<_> = log
        .append_together(batches)
        .await?
        .iter()
        .map(Result::is_ok)
        .collect();
    equal("which batches are stored", stored, vec![true, false, true])?;
    equal(
        "the stream's version",
        log.version(&order).await?,
        Some(Sequence(1)),
    )
}

async fn a_question_between_writes_sees_them(world: &World) -> Verdict {
    let log = world.log().await?;
    let order = stream("1")?;
    let ask = |expected| crate::testing::contract::batches::question(&order, expected);
    let batches = vec![
        ask(Expected::NoStream),
        one(&order, "A"),
        ask(Expected::NoStream),
        ask(at(0)),
        one(&order, "B"),
        ask(at(1)),
    ];
    let answers: Vec<_> = log
        .append_together(batches)
        .await?
        .iter()
        .map(Result::is_ok)
        .collect();
    equal(
        "the answers",
        answers,
        vec![true, true, false, true, true, true],
    )
}
