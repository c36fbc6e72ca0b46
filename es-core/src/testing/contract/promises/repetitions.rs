//! What is remembered of a command is what was stored, whatever else happens to its id.

use std::borrow::Cow;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;

use crate::event::{CommandId, Position, StillClock, Timestamp};
use crate::store::{Append, AppendError, Expected, Marker, RememberedCommand};
use crate::testing::contract::batches::{
    at, batch, command, event_without_stream, one, question, stream, tagged, tenant, with_tags,
};
use crate::testing::contract::check::{Unkept, Verdict, equal};
use crate::testing::contract::log::{World, refused};
use crate::testing::contract::promise::promises;

promises!("repetitions":
    another_command_under_the_id_is_told_the_first_ones_name_and_target,
    remembering_a_target_creates_no_stream,
    a_large_answer_is_remembered,
    a_command_that_fell_with_its_predecessor_may_come_again,
    a_command_refused_by_a_condition_may_come_again,
    a_repetition_is_told_so_before_it_is_told_of_its_event_ids,
    what_rests_on_a_repetition_falls_with_it,
    an_id_may_be_used_again_and_again_after_its_time,
    an_answer_that_stores_nothing_gives_way_to_the_first_one,
    an_answer_that_stores_nothing_knows_the_ids_of_its_group,
    an_answer_that_stores_nothing_stands_after_its_ids_time,
    events_without_a_command_give_way_to_it_too,
);

fn is_stored(error: &AppendError) -> bool {
    matches!(error, AppendError::CommandStored(_))
}

async fn another_command_under_the_id_is_told_the_first_ones_name_and_target(
    world: &World,
) -> Verdict {
    world.needs_command_memory()?;
    let log = world.log().await?;
    let (first, second) = (stream("1")?, stream("2")?);
    let id = CommandId::generate();
    let of = |name: &'static str, target: &_| RememberedCommand {
        name: Cow::Borrowed(name),
        target: Some(Clone::clone(target)),
        ..command(id)
    };
    log.append(one(&first, "A").remembering(of("Create", &first))).await?;
    let other = one(&second, "A").remembering(of("Cancel", &second));
    log.refused(other, "`CommandStored` with the first name and target", |error| {
        matches!(error, AppendError::CommandStored(stored)
            if stored.name == "Create" && stored.target.as_ref() == Some(&first))
    })
    .await?;
    equal("the other stream's version", log.version(&second).await?, None)
}

async fn remembering_a_target_creates_no_stream(world: &World) -> Verdict {
    world.needs_command_memory()?;
    let log = world.log().await?;
    let (target, other) = (stream("1")?, stream("2")?);
    let sent = RememberedCommand { target: Some(target.clone()), ..command(CommandId::generate()) };
    log.append(one(&other, "A").remembering(sent)).await?;
    equal("the target's version", log.version(&target).await?, None)?;
    log.append(one(&target, "A").expecting(&target, Expected::NoStream)).await?;
    Ok(())
}

async fn a_large_answer_is_remembered(world: &World) -> Verdict {
    world.needs_command_memory()?;
    let log = world.log().await?;
    let reply = Bytes::from((0..300_000_u32).map(|n| (n % 251) as u8).collect::<Vec<_>>());
    let sent = RememberedCommand { reply: reply.clone(), ..command(CommandId::generate()) };
    log.append(one(&stream("1")?, "A").remembering(sent.clone())).await?;
    let seen = log.memory(sent.id).await?.map(|command| command.reply);
    equal("whether the answer is as it was", seen == Some(reply), true)
}

async fn a_command_that_fell_with_its_predecessor_may_come_again(world: &World) -> Verdict {
    world.needs_command_memory()?;
    let log = world.log().await?;
    let order = stream("1")?;
    let id = CommandId::generate();
    let bad = one(&order, "P").expecting(&order, at(7));
    let fallen = one(&order, "S").remembering(command(id)).resting_on(&bad.fate);
    let events = fallen.events.clone();
    let again = batch(events).remembering(command(id));
    let mut answers = log.append_together(vec![bad, fallen, again]).await?.into_iter().skip(1);
    if let (Some(fallen), Some(again)) = (answers.next(), answers.next()) {
        refused(fallen, "`PredecessorUndone`", |e| matches!(e, AppendError::PredecessorUndone))?;
        again?;
    }
    let memory = log.memory(id).await?;
    let memory = memory.ok_or_else(|| Unkept::broken("expected the command to be remembered"))?;
    equal("the position remembered", memory.token.positions().len(), 1)?;
    equal("the head", log.head_position().await?, Position(1))
}

async fn a_command_refused_by_a_condition_may_come_again(world: &World) -> Verdict {
    world.needs_command_memory()?;
    world.needs_conditions()?;
    let log = world.log().await?;
    let id = CommandId::generate();
    let seat = || tagged(event_without_stream("Taken"), "seat", "1");
    log.append(batch(vec![seat()])).await?;
    let take = |marker| {
        batch(vec![seat()])
            .remembering(command(id))
            .provided(with_tags(&[("seat", "1")]), Marker(Position(marker)))
    };
    log.refused(take(0), "a broken condition", |e| {
        matches!(e, AppendError::ConditionFailed { .. })
    })
    .await?;
    equal("what is remembered", log.memory(id).await?, None)?;
    log.append(take(1)).await?;
    log.refused(take(0), "`CommandStored` before the broken condition", is_stored).await?;
    Ok(())
}

async fn a_repetition_is_told_so_before_it_is_told_of_its_event_ids(world: &World) -> Verdict {
    world.needs_command_memory()?;
    let log = world.log().await?;
    let id = CommandId::generate();
    let first = one(&stream("1")?, "A");
    let events = first.events.clone();
    log.append(first.remembering(command(id))).await?;
    log.refused(batch(events).remembering(command(id)), "`CommandStored`", is_stored).await?;
    Ok(())
}

async fn what_rests_on_a_repetition_falls_with_it(world: &World) -> Verdict {
    world.needs_command_memory()?;
    let log = world.log().await?;
    let order = stream("1")?;
    let id = CommandId::generate();
    let first = one(&order, "A").remembering(command(id));
    let again = one(&order, "A").remembering(command(id)).resting_on(&first.fate);
    let rest = one(&order, "B").expecting(&order, at(0)).resting_on(&first.fate);
    let fallen = one(&order, "C").resting_on(&again.fate);
    let mut answers = log.append_together(vec![first, again, rest, fallen]).await?.into_iter();
    if let (Some(first), Some(again), Some(rest), Some(fallen)) =
        (answers.next(), answers.next(), answers.next(), answers.next())
    {
        first?;
        refused(again, "`CommandStored`", is_stored)?;
        rest?;
        refused(fallen, "`PredecessorUndone`", |e| matches!(e, AppendError::PredecessorUndone))?;
    }
    equal("the head", log.head_position().await?, Position(2))
}

async fn an_id_may_be_used_again_and_again_after_its_time(world: &World) -> Verdict {
    world.needs_command_memory()?;
    let clock = Arc::new(StillClock::at(Timestamp::from_microseconds(1_700_000_000_000_000)));
    let log = world.log_on(Arc::clone(&clock) as _).await?;
    let (id, order) = (CommandId::generate(), stream("1")?);
    for round in 0..4_u8 {
        let sent = RememberedCommand { reply: Bytes::from(vec![round]), ..command(id) };
        let attempt = || one(&order, "A").remembering(sent.clone());
        log.append(attempt()).await?;
        log.refused(attempt(), "`CommandStored` with the latest answer", |error| {
            matches!(error, AppendError::CommandStored(stored) if stored.reply == sent.reply)
        })
        .await?;
        clock.advance(Duration::from_hours(8 * 24));
    }
    equal("the head", log.head_position().await?, Position(4))
}

async fn an_answer_that_stores_nothing_gives_way_to_the_first_one(world: &World) -> Verdict {
    world.needs_command_memory()?;
    let log = world.log().await?;
    let order = stream("1")?;
    let sent = command(CommandId::generate());
    let answer = |expected| question(&order, expected).unless_stored(sent.id);
    log.append(answer(Expected::NoStream)).await?;
    equal("what is remembered", log.memory(sent.id).await?, None)?;
    let first = log.append(one(&order, "A").remembering(sent.clone())).await?;
    for expected in [at(0), Expected::NoStream] {
        log.refused(answer(expected), "`CommandStored` with the first answer", |error| {
            matches!(error, AppendError::CommandStored(stored)
                if stored.reply == sent.reply
                    && stored.token.positions() == first.token.positions())
        })
        .await?;
    }
    log.append(question(&order, at(0)).unless_stored(CommandId::generate())).await?;
    log.append(Append::default().unless_stored(sent.id).of(&tenant("another")?)).await?;
    equal("the head", log.head_position().await?, Position(1))
}

async fn an_answer_that_stores_nothing_knows_the_ids_of_its_group(world: &World) -> Verdict {
    world.needs_command_memory()?;
    let log = world.log().await?;
    let order = stream("1")?;
    let id = CommandId::generate();
    let answer = |expected| question(&order, expected).unless_stored(id);
    let bad = one(&order, "P").expecting(&order, at(7));
    let fallen = one(&order, "S").remembering(command(id)).resting_on(&bad.fate);
    let between = answer(Expected::NoStream);
    let first = one(&order, "A").remembering(command(id));
    let together = vec![bad, fallen, between, first, answer(at(0))];
    let mut answers = log.append_together(together).await?.into_iter().skip(2);
    if let (Some(between), Some(first), Some(last)) =
        (answers.next(), answers.next(), answers.next())
    {
        between?;
        first?;
        refused(last, "`CommandStored`", is_stored)?;
    }
    equal("the head", log.head_position().await?, Position(1))
}

async fn an_answer_that_stores_nothing_stands_after_its_ids_time(world: &World) -> Verdict {
    world.needs_command_memory()?;
    let clock = Arc::new(StillClock::at(Timestamp::from_microseconds(1_700_000_000_000_000)));
    let log = world.log_on(Arc::clone(&clock) as _).await?;
    let (id, order) = (CommandId::generate(), stream("1")?);
    let answer = || question(&order, at(0)).unless_stored(id);
    log.append(one(&order, "A").remembering(command(id))).await?;
    clock.advance(Duration::from_hours(7 * 24) - Duration::from_secs(1));
    log.refused(answer(), "`CommandStored` a second before the end", is_stored).await?;
    clock.advance(Duration::from_secs(2));
    log.append(answer()).await?;
    Ok(())
}

async fn events_without_a_command_give_way_to_it_too(world: &World) -> Verdict {
    world.needs_command_memory()?;
    let log = world.log().await?;
    let id = CommandId::generate();
    log.append(one(&stream("1")?, "A").unless_stored(id)).await?;
    log.append(Append::default().remembering(command(id))).await?;
    let again = one(&stream("2")?, "A").unless_stored(id);
    log.refused(again, "`CommandStored`", is_stored).await?;
    equal("the other stream's version", log.version(&stream("2")?).await?, None)?;
    equal("the head", log.head_position().await?, Position(1))
}
