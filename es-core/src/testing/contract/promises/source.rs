//! Events are found by tags and names, with the marker of the one snapshot they come from.

use std::ops::ControlFlow;

use crate::event::{Position, RecordedEvent, StreamId, Tag, Tenant};
use crate::store::{Criteria, Criterion, Marker};
use crate::testing::contract::batches::{
    batch, event, event_without_stream, one, stream, tagged, with_names, with_tags,
};
use crate::testing::contract::check::{Verdict, equal, holds};
use crate::testing::contract::log::{Log, World};
use crate::testing::contract::promise::promises;

promises!("source":
    events_are_found_by_their_tags,
    a_stream_is_a_tag_of_its_events,
    events_are_found_by_name_and_tags_together,
    any_of_the_criteria_is_enough,
    tags_are_compared_as_they_are,
    the_marker_comes_also_when_nothing_matches,
    the_marker_comes_also_when_the_reader_stops,
    the_marker_is_the_head_of_the_snapshot,
    only_events_after_the_marker_are_given,
);

/// The positions of the events that match.
async fn positions(log: &Log, criteria: &Criteria) -> Verdict<Vec<u64>> {
    let (events, _) = log.source(criteria, Marker::default()).await?;
    Ok(events.iter().map(|event| event.position.0).collect())
}

async fn events_are_found_by_their_tags(world: &World) -> Verdict {
    world.needs_conditions()?;
    let log = world.log().await?;
    let order = stream("1")?;
    log.append(batch(vec![
        tagged(event(&order, "A"), "sku", "x"),
        tagged(tagged(event(&order, "B"), "sku", "x"), "shop", "y"),
        tagged(event_without_stream("C"), "shop", "y"),
        event(&order, "D"),
    ]))
    .await?;
    equal("sku x", positions(&log, &with_tags(&[("sku", "x")])).await?, vec![1, 2])?;
    equal("shop y", positions(&log, &with_tags(&[("shop", "y")])).await?, vec![2, 3])?;
    let both = with_tags(&[("shop", "y"), ("sku", "x")]);
    equal("sku x and shop y", positions(&log, &both).await?, vec![2])?;
    equal("sku z", positions(&log, &with_tags(&[("sku", "z")])).await?, vec![])
}

async fn a_stream_is_a_tag_of_its_events(world: &World) -> Verdict {
    world.needs_conditions()?;
    let log = world.log().await?;
    for id in ["1", "2", "1"] {
        log.append(one(&stream(id)?, "A")).await?;
    }
    equal("Order 1", positions(&log, &with_tags(&[("Order", "1")])).await?, vec![1, 3])?;
    equal("order 1", positions(&log, &with_tags(&[("order", "1")])).await?, vec![])
}

async fn events_are_found_by_name_and_tags_together(world: &World) -> Verdict {
    world.needs_conditions()?;
    let log = world.log().await?;
    let tag = |name| tagged(event_without_stream(name), "sku", "x");
    log.append(batch(vec![tag("A"), tag("B"), tag("C"), event_without_stream("B")])).await?;
    let criterion =
        Criterion { tags: vec![Tag::new("sku", "x")], names: vec!["B".to_owned(), "C".to_owned()] };
    equal("B or C of sku x", positions(&log, &Criteria(vec![criterion])).await?, vec![2, 3])?;
    let everything = Criteria(vec![Criterion::default()]);
    equal("everything", positions(&log, &everything).await?, vec![1, 2, 3, 4])
}

async fn any_of_the_criteria_is_enough(world: &World) -> Verdict {
    world.needs_conditions()?;
    let log = world.log().await?;
    log.append(batch(vec![
        tagged(event_without_stream("A"), "sku", "x"),
        event_without_stream("B"),
        event_without_stream("C"),
        tagged(event_without_stream("B"), "sku", "x"),
    ]))
    .await?;
    let criteria = Criteria([with_tags(&[("sku", "x")]).0, with_names(&["B"]).0].concat());
    equal("sku x, or B, each event once", positions(&log, &criteria).await?, vec![1, 2, 4])
}

async fn tags_are_compared_as_they_are(world: &World) -> Verdict {
    world.needs_conditions()?;
    let log = world.log().await?;
    // Each pair would be equal if keys and values were joined, folded, trimmed or normalised.
    let tags = [
        ("a", "bc"),
        ("ab", "c"),
        ("a", "BC"),
        ("A", "bc"),
        ("a", "bc "),
        ("a", ""),
        ("k", "\u{e9}"),
        ("k", "e\u{301}"),
        ("k", "%"),
        ("k", "_"),
        ("k", "'"),
        ("k", "a:b"),
        ("k", "a=b"),
        ("k", "\u{0}"),
        ("k", "\u{0}x"),
        ("k", "1"),
        ("k", "01"),
    ];
    let events = tags.map(|(key, value)| tagged(event_without_stream("A"), key, value));
    log.append(batch(events.into())).await?;
    for (index, tag) in tags.iter().enumerate() {
        let seen = positions(&log, &with_tags(&[*tag])).await?;
        equal(&format!("the events with {tag:?}"), seen, vec![index as u64 + 1])?;
    }
    Ok(())
}

async fn the_marker_comes_also_when_nothing_matches(world: &World) -> Verdict {
    world.needs_conditions()?;
    let log = world.log().await?;
    let nothing = with_tags(&[("sku", "x")]);
    let (_, marker) = log.source(&nothing, Marker::default()).await?;
    equal("the marker of an empty log", marker, Marker(Position(0)))?;
    log.append(batch(vec![event_without_stream("A"), event_without_stream("B")])).await?;
    let (events, marker) = log.source(&nothing, Marker::default()).await?;
    equal("the number of events", events.len(), 0)?;
    equal("the marker", marker, Marker(Position(2)))
}

async fn the_marker_comes_also_when_the_reader_stops(world: &World) -> Verdict {
    world.needs_conditions()?;
    let log = world.log().await?;
    log.append(batch(vec![event_without_stream("A"), event_without_stream("A")])).await?;
    let mut seen = 0;
    let mut visit = |_: &RecordedEvent| {
        seen += 1;
        ControlFlow::Break(())
    };
    let criteria = with_names(&["A"]);
    let marker =
        log.visit_source(&Tenant::default(), &criteria, Marker::default(), &mut visit).await?;
    equal("the marker", marker, Marker(Position(2)))?;
    equal("the number of events seen", seen, 1)
}

async fn the_marker_is_the_head_of_the_snapshot(world: &World) -> Verdict {
    world.needs_conditions()?;
    let log = world.log().await?;
    let order: StreamId = stream("1")?;
    let writer = tokio::spawn({
        let (log, order) = (log.clone(), order.clone());
        async move {
            for _ in 0..100 {
                let three = (0..3).map(|_| event(&order, "A")).collect();
                log.append(batch(three)).await?;
            }
            Ok::<_, crate::store::AppendError>(())
        }
    });
    // Every event matches: if the marker belongs to the snapshot, it is the last event given.
    let criteria = with_tags(&[("Order", "1")]);
    loop {
        let is_last = writer.is_finished();
        let (events, marker) = log.source(&criteria, Marker::default()).await?;
        let last = events.last().map(|event| event.position).unwrap_or_default();
        equal("the marker beside the last event", marker, Marker(last))?;
        let whole = events.len() % 3 == 0;
        holds(whole, || format!("expected whole batches of three, saw {} events", events.len()))?;
        if is_last {
            break;
        }
        tokio::task::yield_now().await;
    }
    Ok(writer.await??)
}

async fn only_events_after_the_marker_are_given(world: &World) -> Verdict {
    world.needs_conditions()?;
    let log = world.log().await?;
    log.append(batch((0..4).map(|_| event_without_stream("A")).collect())).await?;
    let criteria = with_names(&["A"]);
    let (events, marker) = log.source(&criteria, Marker(Position(2))).await?;
    let seen: Vec<_> = events.iter().map(|event| event.position.0).collect();
    equal("the positions after 2", seen, vec![3, 4])?;
    let (events, same) = log.source(&criteria, marker).await?;
    equal("the number of events after the marker", events.len(), 0)?;
    equal("the marker", same, marker)
}
