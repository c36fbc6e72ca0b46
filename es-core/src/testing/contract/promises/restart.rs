//! What was acknowledged is there after a restart, and everything goes on from it.

use std::sync::Arc;

use crate::event::{
    CommandId, Partition, Position, RecordedEvent, Sequence, StillClock, Timestamp,
};
use crate::store::{AppendError, Expected, Marker};
use crate::testing::contract::batches::{
    at, batch, command, event, event_without_stream, one, stream, stream_of, tagged, tenant,
    with_tags,
};
use crate::testing::contract::check::{Unkept, Verdict, equal};
use crate::testing::contract::log::World;
use crate::testing::contract::promise::promises;

promises!("restart":
    events_are_there_again,
    the_identity_stays,
    numbers_go_on,
    expectations_know_what_was_there,
    commands_are_remembered_again,
    tags_are_found_again,
    event_ids_stay_taken,
    time_does_not_decrease,
    a_restart_between_any_two_batches_changes_nothing,
);

/// Everything an event shows.
fn shown(event: &RecordedEvent) -> String {
    format!("{event:?}")
}

async fn events_are_there_again(world: &World) -> Verdict {
    world.needs_durability()?;
    let log = world.log().await?;
    let a = tenant("ä")?;
    let order = stream_of(&a, "Order", "e\u{301}")?;
    log.append(batch(vec![event(&order, "A"), event_without_stream("B")]).of(&a)).await?;
    log.append(one(&stream("2")?, "C")).await?;
    let before: Vec<_> = log.all().await?.iter().map(shown).collect();
    log.close().await;
    let log = world.again(&log).await?;
    let after = log.all().await?.iter().map(shown).collect();
    equal("the events after a restart", after, before)
}

async fn the_identity_stays(world: &World) -> Verdict {
    world.needs_durability()?;
    let log = world.log().await?;
    log.close().await;
    equal("the identity", world.again(&log).await?.identity(), log.identity())
}

async fn numbers_go_on(world: &World) -> Verdict {
    world.needs_durability()?;
    let log = world.log().await?;
    let order = stream("1")?;
    log.append(batch(vec![event(&order, "A"), event(&order, "B")])).await?;
    log.close().await;
    let log = world.again(&log).await?;
    equal("the head", log.head_position().await?, Position(2))?;
    let answer = log.append(one(&order, "C")).await?;
    equal("the first position", answer.first, Some(Position(3)))?;
    equal("the stream's version", log.version(&order).await?, Some(Sequence(2)))
}

async fn expectations_know_what_was_there(world: &World) -> Verdict {
    world.needs_durability()?;
    let log = world.log().await?;
    let order = stream("1")?;
    log.append(one(&order, "A")).await?;
    log.close().await;
    let log = world.again(&log).await?;
    let stale = one(&order, "B").expecting(&order, Expected::NoStream);
    log.refused(stale, "a conflict", |e| matches!(e, AppendError::Conflict { .. })).await?;
    log.append(one(&order, "B").expecting(&order, at(0))).await?;
    Ok(())
}

async fn commands_are_remembered_again(world: &World) -> Verdict {
    world.needs_durability()?;
    world.needs_command_memory()?;
    let log = world.log().await?;
    let id = CommandId::generate();
    log.append(one(&stream("1")?, "A").remembering(command(id))).await?;
    let before = log.memory(id).await?;
    log.close().await;
    let log = world.again(&log).await?;
    let positions = |memory: Option<crate::store::RememberedCommand>| {
        memory.map(|command| (command.name, command.reply, command.token.to_string()))
    };
    equal("what is remembered", positions(log.memory(id).await?), positions(before))?;
    let repetition = one(&stream("2")?, "A").remembering(command(id));
    log.refused(repetition, "`CommandStored`", |e| matches!(e, AppendError::CommandStored(_)))
        .await?;
    Ok(())
}

async fn tags_are_found_again(world: &World) -> Verdict {
    world.needs_durability()?;
    world.needs_conditions()?;
    let log = world.log().await?;
    log.append(batch(vec![tagged(event(&stream("1")?, "A"), "sku", "x")])).await?;
    log.close().await;
    let log = world.again(&log).await?;
    for tags in [with_tags(&[("sku", "x")]), with_tags(&[("Order", "1")])] {
        let (events, marker) = log.source(&tags, Marker::default()).await?;
        equal("events and marker", (events.len(), marker), (1, Marker(Position(1))))?;
    }
    Ok(())
}

async fn event_ids_stay_taken(world: &World) -> Verdict {
    world.needs_durability()?;
    let log = world.log().await?;
    let first = event(&stream("1")?, "A");
    log.append(batch(vec![first.clone()])).await?;
    log.close().await;
    let log = world.again(&log).await?;
    let again = batch(vec![first]);
    log.refused(again, "`EventStored`", |e| matches!(e, AppendError::EventStored(_))).await?;
    Ok(())
}

async fn time_does_not_decrease(world: &World) -> Verdict {
    world.needs_durability()?;
    let noon = Timestamp::from_microseconds(1_800_000_000_000_000);
    let earlier = Timestamp::from_microseconds(noon.as_microseconds() - 1);
    let log = world.log_on(Arc::new(StillClock::at(noon))).await?;
    log.append(one(&stream("1")?, "A")).await?;
    log.close().await;
    let log = world.again_on(&log, Arc::new(StillClock::at(earlier))).await?;
    let answer = log.append(one(&stream("1")?, "B")).await?;
    equal("the moment after a restart with a slow clock", answer.recorded_at, Some(noon))?;
    let position = log.position_at(Partition(0), noon).await?;
    equal("the first position at that moment", position, Some(Position(1)))
}

async fn a_restart_between_any_two_batches_changes_nothing(world: &World) -> Verdict {
    world.needs_durability()?;
    let order = stream("1")?;
    let mut log = world.log().await?;
    for round in 0..8_u64 {
        let expected = round.checked_sub(1).map_or(Expected::NoStream, at);
        log.append(one(&order, "A").expecting(&order, expected)).await?;
        log.close().await;
        log = world.again(&log).await?;
    }
    let version = log.version(&order).await?;
    if version != Some(Sequence(7)) {
        return Err(Unkept::broken(format!("expected 8 events, saw the version {version:?}")));
    }
    Ok(())
}
