//! A command that stored something is remembered with its first answer, and stores nothing twice.

use std::borrow::Cow;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;

use crate::event::{CommandId, Position, StillClock, Timestamp};
use crate::store::{Append, AppendError, Expected, RememberedCommand};
use crate::testing::contract::batches::{at, command, one, stream, tenant};
use crate::testing::contract::check::{Unkept, Verdict, equal, holds};
use crate::testing::contract::log::{World, at_once, refused};
use crate::testing::contract::promise::promises;

promises!("command memory":
    a_command_is_remembered_with_its_answer,
    an_unknown_command_is_not_remembered,
    a_repetition_gets_the_first_answer,
    a_repetition_is_told_so_before_it_is_told_a_conflict,
    racing_repetitions_store_once,
    repetitions_handed_over_together_store_once,
    a_refused_command_is_not_remembered,
    a_command_without_events_is_remembered,
    a_commit_in_flight_is_awaited,
    ids_from_outside_are_remembered_for_seven_days,
    generated_ids_are_remembered_for_an_hour,
    command_ids_belong_to_their_tenant,
);

fn is_stored(error: &AppendError) -> bool {
    matches!(error, AppendError::CommandStored(_))
}

fn found(memory: Option<RememberedCommand>) -> Verdict<RememberedCommand> {
    memory.ok_or_else(|| Unkept::broken("expected the command to be remembered, it was not"))
}

async fn a_command_is_remembered_with_its_answer(world: &World) -> Verdict {
    world.needs_command_memory()?;
    let log = world.log().await?;
    let order = stream("ö 'x'")?;
    let sent = RememberedCommand {
        id: CommandId::from_key("key"),
        name: Cow::Owned("Größe ändern".to_owned()),
        target: Some(order.clone()),
        reply: Bytes::from_static(&[0, 255, b'{', 0]),
        is_rejection: true,
        from_outside: false,
        token: crate::store::CommitToken::default(),
    };
    let answer = log.append(one(&order, "A").remembering(sent.clone())).await?;
    let seen = found(log.memory(sent.id).await?)?;
    equal("the token's positions", seen.token.positions(), answer.token.positions())?;
    let expected = RememberedCommand { token: seen.token.clone(), ..sent };
    equal("what is remembered", seen, expected)
}

async fn an_unknown_command_is_not_remembered(world: &World) -> Verdict {
    world.needs_command_memory()?;
    let log = world.log().await?;
    log.append(one(&stream("1")?, "A").remembering(command(CommandId::generate()))).await?;
    equal("what is remembered", log.memory(CommandId::generate()).await?, None)
}

async fn a_repetition_gets_the_first_answer(world: &World) -> Verdict {
    world.needs_command_memory()?;
    let log = world.log().await?;
    let order = stream("1")?;
    let first = command(CommandId::generate());
    let answer = log.append(one(&order, "A").remembering(first.clone())).await?;
    let other_reply = RememberedCommand { reply: Bytes::from_static(b"second"), ..first.clone() };
    let repetition = one(&order, "A").remembering(other_reply);
    log.refused(repetition, "`CommandStored` with the first answer", |error| {
        matches!(error, AppendError::CommandStored(stored)
            if stored.reply == first.reply
                && stored.token.positions() == answer.token.positions())
    })
    .await?;
    equal("the head", log.head_position().await?, Position(1))
}

async fn a_repetition_is_told_so_before_it_is_told_a_conflict(world: &World) -> Verdict {
    world.needs_command_memory()?;
    let log = world.log().await?;
    let order = stream("1")?;
    let id = CommandId::generate();
    let create = || one(&order, "A").remembering(command(id)).expecting(&order, Expected::NoStream);
    log.append(create()).await?;
    log.refused(create(), "`CommandStored`", is_stored).await?;
    Ok(())
}

async fn racing_repetitions_store_once(world: &World) -> Verdict {
    world.needs_command_memory()?;
    let log = world.log().await?;
    for round in 0..8 {
        let id = CommandId::generate();
        let mut racers = Vec::new();
        for racer in 0..16 {
            let (log, order) = (log.clone(), stream(&format!("{round}-{racer}"))?);
            racers.push(async move { log.append(one(&order, "A").remembering(command(id))).await });
        }
        let answers = at_once(racers).await?;
        equal("how many stored", answers.iter().filter(|a| a.is_ok()).count(), 1)?;
        for error in answers.into_iter().filter_map(Result::err) {
            holds(is_stored(&error), || format!("expected `CommandStored`, saw {error:?}"))?;
        }
    }
    equal("the head", log.head_position().await?, Position(8))
}

async fn repetitions_handed_over_together_store_once(world: &World) -> Verdict {
    world.needs_command_memory()?;
    let log = world.log().await?;
    let id = CommandId::generate();
    let mut batches = Vec::new();
    for number in 0..5 {
        batches.push(one(&stream(&number.to_string())?, "A").remembering(command(id)));
    }
    let mut answers = log.append_together(batches).await?.into_iter();
    if let Some(first) = answers.next() {
        let token = first?.token;
        for answer in answers {
            refused(answer, "`CommandStored` with the first one's token", |error| {
                matches!(error, AppendError::CommandStored(stored)
                    if stored.token.positions() == token.positions())
            })?;
        }
    }
    equal("the head", log.head_position().await?, Position(1))
}

async fn a_refused_command_is_not_remembered(world: &World) -> Verdict {
    world.needs_command_memory()?;
    let log = world.log().await?;
    let order = stream("1")?;
    let id = CommandId::generate();
    let attempt = |expected| one(&order, "A").remembering(command(id)).expecting(&order, expected);
    log.refused(attempt(at(4)), "a conflict", |e| matches!(e, AppendError::Conflict { .. }))
        .await?;
    equal("what is remembered", log.memory(id).await?, None)?;
    log.append(attempt(Expected::NoStream)).await?;
    found(log.memory(id).await?).map(drop)
}

async fn a_command_without_events_is_remembered(world: &World) -> Verdict {
    world.needs_command_memory()?;
    let log = world.log().await?;
    let id = CommandId::generate();
    let attempt = || Append::default().remembering(command(id));
    let answer = log.append(attempt()).await?;
    holds(answer.token.is_empty(), || format!("expected an empty token, saw {}", answer.token))?;
    equal("the remembered token", found(log.memory(id).await?)?.token, answer.token)?;
    log.refused(attempt(), "`CommandStored`", is_stored).await?;
    Ok(())
}

async fn a_commit_in_flight_is_awaited(world: &World) -> Verdict {
    world.needs_command_memory()?;
    let log = world.log().await?;
    let order = stream("1")?;
    for _ in 0..20 {
        let id = CommandId::generate();
        let appended = log.place().await?.append(one(&order, "A").remembering(command(id)));
        found(log.memory(id).await?)?;
        appended.await?;
    }
    Ok(())
}

async fn ids_from_outside_are_remembered_for_seven_days(world: &World) -> Verdict {
    remembered_for(world, true, Duration::from_hours(7 * 24)).await
}

async fn generated_ids_are_remembered_for_an_hour(world: &World) -> Verdict {
    remembered_for(world, false, Duration::from_hours(1)).await
}

async fn remembered_for(world: &World, from_outside: bool, window: Duration) -> Verdict {
    world.needs_command_memory()?;
    let clock = Arc::new(StillClock::at(Timestamp::from_microseconds(1_700_000_000_000_000)));
    let log = world.log_on(Arc::clone(&clock) as _).await?;
    let order = stream("1")?;
    let id = CommandId::generate();
    let attempt =
        || one(&order, "A").remembering(RememberedCommand { from_outside, ..command(id) });
    log.append(attempt()).await?;
    clock.advance(window - Duration::from_secs(1));
    found(log.memory(id).await?)?;
    log.refused(attempt(), "`CommandStored` a second before the end", is_stored).await?;
    clock.advance(Duration::from_secs(2));
    equal("what is remembered after the window", log.memory(id).await?, None)?;
    log.append(attempt()).await?;
    found(log.memory(id).await?).map(drop)
}

async fn command_ids_belong_to_their_tenant(world: &World) -> Verdict {
    world.needs_command_memory()?;
    let log = world.log().await?;
    let (a, b) = (tenant("a")?, tenant("b")?);
    let id = CommandId::generate();
    log.append(Append::default().remembering(command(id)).of(&a)).await?;
    equal("what b remembers", log.remembered(&b, id).await?, None)?;
    log.append(Append::default().remembering(command(id)).of(&b)).await?;
    for tenant in [&a, &b] {
        found(log.remembered(tenant, id).await?)?;
    }
    Ok(())
}
