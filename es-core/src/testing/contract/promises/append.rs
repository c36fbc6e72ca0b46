//! A batch is stored whole, in its order, and is read back as it was given.

use bytes::Bytes;

use crate::event::{CommandId, EventId, Metadata, Position, Sequence};
use crate::store::{Append, AppendError, DeadlineChange, NewEvent};
use crate::testing::contract::batches::{
    batch, command, event, event_without_stream, one, question, stream,
};
use crate::testing::contract::check::{Unkept, Verdict, equal, holds};
use crate::testing::contract::log::World;
use crate::testing::contract::promise::promises;

promises!("append":
    events_of_several_streams_keep_their_order,
    what_is_appended_is_read_back_equal,
    the_answer_says_where_the_events_went,
    an_empty_batch_stores_nothing,
    events_without_a_stream_have_no_sequence,
    a_refused_batch_leaves_nothing_behind,
    an_event_id_is_stored_once,
    an_event_id_twice_in_a_batch_is_refused,
    a_thousand_events_are_one_batch,
    a_payload_at_the_limit_is_stored,
    a_payload_over_the_limit_refuses_its_batch,
    deadlines_are_refused_where_they_cannot_be_kept,
);

async fn events_of_several_streams_keep_their_order(world: &World) -> Verdict {
    world.needs_several_streams()?;
    let log = world.log().await?;
    let (order, note) = (stream("1")?, stream("2")?);
    let events = vec![
        event(&order, "Created"),
        event(&note, "Created"),
        event_without_stream("Announced"),
        event(&note, "Sent"),
        event(&order, "Paid"),
    ];
    let expected: Vec<EventId> = events.iter().map(|event| event.id).collect();
    log.append(batch(events)).await?;
    let seen = log.all().await?.iter().map(|event| event.id).collect();
    equal("the ids in order of position", seen, expected)?;
    let sequences: Vec<_> = log.stream(&note).await?.iter().map(|e| e.sequence()).collect();
    equal("the sequences", sequences, vec![Some(Sequence(0)), Some(Sequence(1))])
}

async fn what_is_appended_is_read_back_equal(world: &World) -> Verdict {
    let log = world.log().await?;
    let order = stream("1")?;
    let every_byte: Vec<u8> = (0..=255).collect();
    let oddities = Metadata::new()
        .with("", "")
        .with("note", "zero\0, line\nend, quote ' \" \\, é e\u{301}, \u{202e}rtl, 😀");
    let events = vec![
        NewEvent { payload: Bytes::from(every_byte), ..event(&order, "Bytes") },
        NewEvent { payload: Bytes::new(), ..event(&order, "Empty") },
        NewEvent { metadata: oddities, revision: u32::MAX, ..event(&order, "Häßlich 'x' --") },
    ];
    log.append(batch(events.clone())).await?;
    let read = log.stream(&order).await?;
    equal("the number of events", read.len(), events.len())?;
    for (seen, expected) in read.iter().zip(&events) {
        equal("the id", seen.id, expected.id)?;
        equal("the name", &*seen.name, &*expected.name)?;
        equal("the revision", seen.revision, expected.revision)?;
        equal("the payload", &seen.payload, &expected.payload)?;
        equal("the metadata", &seen.metadata, &expected.metadata)?;
        let stream = seen.stream.as_ref().map(|(stream, _)| stream);
        equal("the stream", stream, expected.stream.as_ref())?;
    }
    Ok(())
}

async fn the_answer_says_where_the_events_went(world: &World) -> Verdict {
    let log = world.log().await?;
    let order = stream("1")?;
    log.append(one(&order, "Created")).await?;
    let answer = log.append(batch(vec![event(&order, "A"), event(&order, "B")])).await?;
    equal("the first position", answer.first, Some(Position(2)))?;
    let last = answer.token.positions().first().map(|(_, position)| *position);
    equal("the token's position", last, Some(Position(3)))?;
    equal("the streams written", answer.token.streams(), std::slice::from_ref(&order))?;
    let recorded = log.stream(&order).await?.last().map(|event| event.recorded_at);
    equal("when it was recorded", answer.recorded_at, recorded)
}

async fn an_empty_batch_stores_nothing(world: &World) -> Verdict {
    let log = world.log().await?;
    let answer = log.append(Append::default()).await?;
    holds(answer.token.is_empty(), || format!("expected an empty token, saw {}", answer.token))?;
    equal("the first position", answer.first, None)?;
    equal("the head", log.head_position().await?, Position(0))
}

async fn events_without_a_stream_have_no_sequence(world: &World) -> Verdict {
    let log = world.log().await?;
    log.append(batch(vec![event_without_stream("A"), event_without_stream("B")])).await?;
    let seen: Vec<_> = log.all().await?.into_iter().map(|e| (e.position, e.stream)).collect();
    equal("positions and streams", seen, vec![(Position(1), None), (Position(2), None)])
}

async fn a_refused_batch_leaves_nothing_behind(world: &World) -> Verdict {
    let log = world.log().await?;
    let order = stream("1")?;
    let id = CommandId::generate();
    let refused = batch(vec![event(&order, "A"), event_without_stream("B")]);
    let events = refused.events.clone();
    let conflict = refused.expecting(&order, crate::store::Expected::Exact(Sequence(7)));
    let conflict = if world.capabilities().command_memory {
        conflict.remembering(command(id))
    } else {
        conflict
    };
    log.refused(conflict, "a conflict", |e| matches!(e, AppendError::Conflict { .. })).await?;
    equal("the head", log.head_position().await?, Position(0))?;
    equal("the stream's version", log.version(&order).await?, None)?;
    if world.capabilities().command_memory {
        equal("what is remembered", log.memory(id).await?, None)?;
    }
    // The same event ids are free.
    log.append(batch(events)).await?;
    equal("the head", log.head_position().await?, Position(2))
}

async fn an_event_id_is_stored_once(world: &World) -> Verdict {
    let log = world.log().await?;
    let first = event(&stream("1")?, "Created");
    log.append(batch(vec![first.clone()])).await?;
    let again = NewEvent { id: first.id, ..event(&stream("2")?, "Other") };
    let refused = batch(vec![event(&stream("2")?, "Created"), again]);
    log.refused(
        refused,
        "`EventStored` with its id",
        |error| matches!(error, AppendError::EventStored(id) if *id == first.id),
    )
    .await?;
    equal("the head", log.head_position().await?, Position(1))
}

async fn an_event_id_twice_in_a_batch_is_refused(world: &World) -> Verdict {
    let log = world.log().await?;
    let order = stream("1")?;
    let first = event(&order, "Created");
    let refused = batch(vec![event(&order, "A"), first.clone(), first.clone()]);
    log.refused(
        refused,
        "`EventStored` with its id",
        |error| matches!(error, AppendError::EventStored(id) if *id == first.id),
    )
    .await?;
    log.append(batch(vec![first])).await?;
    equal("the head", log.head_position().await?, Position(1))
}

async fn a_thousand_events_are_one_batch(world: &World) -> Verdict {
    let log = world.log().await?;
    let order = stream("1")?;
    let answer = log.append(batch((0..1000).map(|_| event(&order, "Added")).collect())).await?;
    equal("the first position", answer.first, Some(Position(1)))?;
    equal("the head", log.head_position().await?, Position(1000))?;
    equal("the stream's version", log.version(&order).await?, Some(Sequence(999)))
}

async fn a_payload_at_the_limit_is_stored(world: &World) -> Verdict {
    let log = world.log().await?;
    let order = stream("1")?;
    let payload = Bytes::from(vec![b'x'; world.capabilities().payload_limit_bytes]);
    log.append(batch(vec![NewEvent { payload: payload.clone(), ..event(&order, "Big") }])).await?;
    let read = log.stream(&order).await?;
    let is_equal = read.first().is_some_and(|event| event.payload == payload);
    holds(is_equal, || "expected the payload to be read back equal, it was not".to_owned())
}

async fn a_payload_over_the_limit_refuses_its_batch(world: &World) -> Verdict {
    let log = world.log().await?;
    let order = stream("1")?;
    let size = world.capabilities().payload_limit_bytes + 1;
    let big = NewEvent { payload: Bytes::from(vec![b'x'; size]), ..event(&order, "Big") };
    let refused = batch(vec![event(&order, "Small"), big]);
    log.refused(refused, "`TooLarge` with name, size and limit", |error| {
        matches!(error, AppendError::TooLarge { name, bytes, limit }
            if name == "Big" && *bytes == size && *limit == size - 1)
    })
    .await?;
    log.append(question(&order, crate::store::Expected::NoStream)).await?;
    equal("the head", log.head_position().await?, Position(0))
}

async fn deadlines_are_refused_where_they_cannot_be_kept(world: &World) -> Verdict {
    if world.capabilities().deadlines {
        return Err(Unkept::NotApplicable("deadlines are kept"));
    }
    let log = world.log().await?;
    let order = stream("1")?;
    let cancel = DeadlineChange::Cancel { stream: order.clone(), name: "payment".into() };
    let refused = Append { deadlines: vec![cancel], ..one(&order, "Created") };
    log.refused(refused, "`Unsupported`", |e| matches!(e, AppendError::Unsupported { .. })).await?;
    equal("the head", log.head_position().await?, Position(0))
}
