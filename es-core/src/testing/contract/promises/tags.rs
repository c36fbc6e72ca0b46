//! Tags are texts up to a limit, in any number, and one way of finding events.

use crate::event::{MAX_TAG_BYTES, Position, Tag};
use crate::store::{AppendError, Criteria, Expected, Filter, Marker, NewEvent};
use crate::testing::contract::batches::{
    batch, event, event_without_stream, one, stream, stream_of, tagged, tenant, with_tags,
};
use crate::testing::contract::check::{Verdict, equal};
use crate::testing::contract::log::{Log, World};
use crate::testing::contract::promise::promises;

promises!("tags":
    an_event_has_a_hundred_tags,
    the_longest_tag_is_a_tag,
    a_tag_of_ten_kilobytes_refuses_its_batch,
    long_tags_that_differ_at_their_end_are_two,
    a_tag_given_twice_is_one,
    a_tag_that_names_a_stream_is_found_with_its_events,
    a_stream_and_a_tag_join_in_order_over_many_events,
    tags_of_a_refused_batch_are_gone,
    every_way_of_asking_for_tags_gives_the_same,
);

async fn found(log: &Log, criteria: &Criteria) -> Verdict<Vec<u64>> {
    let (events, _) = log.source(criteria, Marker::default()).await?;
    Ok(events.iter().map(|event| event.position.0).collect())
}

async fn an_event_has_a_hundred_tags(world: &World) -> Verdict {
    world.needs_conditions()?;
    let log = world.log().await?;
    let tags: Vec<Tag> = (0..100).map(|n| Tag::new("seat", n.to_string())).collect();
    let many = NewEvent { tags: tags.clone(), ..event(&stream("1")?, "Reserved") };
    log.append(batch(vec![event_without_stream("A"), many])).await?;
    for number in [0, 1, 50, 99] {
        let one = with_tags(&[("seat", &number.to_string())]);
        equal(&format!("the events of seat {number}"), found(&log, &one).await?, vec![2])?;
    }
    let all = Criteria(vec![crate::store::Criterion { tags, names: Vec::new() }]);
    equal("the events with all hundred", found(&log, &all).await?, vec![2])
}

/// A value that makes the longest tag there may be, with its end.
fn longest(end: &str) -> String {
    format!("{}{end}", "x".repeat(MAX_TAG_BYTES - "note".len() - end.len()))
}

async fn the_longest_tag_is_a_tag(world: &World) -> Verdict {
    world.needs_conditions()?;
    let log = world.log().await?;
    let long = longest("ß");
    log.append(batch(vec![tagged(event(&stream("1")?, "A"), "note", &long)])).await?;
    let criteria = with_tags(&[("note", &long)]);
    equal("the events with the tag", found(&log, &criteria).await?, vec![1])?;
    let refused = one(&stream("2")?, "B").provided(criteria, Marker::default());
    log.refused(refused, "a broken condition", |error| {
        matches!(error, AppendError::ConditionFailed { .. })
    })
    .await?;
    Ok(())
}

async fn a_tag_of_ten_kilobytes_refuses_its_batch(world: &World) -> Verdict {
    let log = world.log().await?;
    let order = stream("1")?;
    for value in ["x".repeat(10 * 1024), longest("") + "x"] {
        let size = "note".len() + value.len();
        let large = tagged(event(&order, "Noted"), "note", &value);
        let refused = batch(vec![event(&order, "Created"), large]);
        log.refused(refused, "`TagTooLarge` with name, key and size", |error| {
            matches!(error, AppendError::TagTooLarge { name, key, bytes }
                if name == "Noted" && key == "note" && *bytes == size)
        })
        .await?;
    }
    log.append(one(&order, "Created").expecting(&order, Expected::NoStream)).await?;
    equal("the head", log.head_position().await?, Position(1))
}

async fn long_tags_that_differ_at_their_end_are_two(world: &World) -> Verdict {
    world.needs_conditions()?;
    let log = world.log().await?;
    let [a, b] = ["a", "b"].map(longest);
    for value in [&a, &b] {
        log.append(batch(vec![tagged(event_without_stream("A"), "note", value)])).await?;
    }
    for (value, expected) in [(&a, vec![1]), (&b, vec![2]), (&longest(""), vec![])] {
        let seen = found(&log, &with_tags(&[("note", value)])).await?;
        equal("the events with a long tag", seen, expected)?;
    }
    Ok(())
}

async fn a_tag_given_twice_is_one(world: &World) -> Verdict {
    world.needs_conditions()?;
    let log = world.log().await?;
    let twice = tagged(tagged(event(&stream("1")?, "A"), "sku", "x"), "sku", "x");
    // Its stream's own tag once more.
    let twice = tagged(twice, "Order", "1");
    log.append(batch(vec![twice])).await?;
    for tags in [with_tags(&[("sku", "x")]), with_tags(&[("Order", "1"), ("Order", "1")])] {
        equal("the events with the tag", found(&log, &tags).await?, vec![1])?;
    }
    Ok(())
}

async fn a_tag_that_names_a_stream_is_found_with_its_events(world: &World) -> Verdict {
    world.needs_conditions()?;
    let log = world.log().await?;
    let (order, note) = (stream("1")?, stream_of(stream("1")?.tenant(), "Note", "9")?);
    log.append(batch(vec![tagged(event(&note, "Written"), "Order", "1")])).await?;
    log.append(one(&order, "Created")).await?;
    log.append(batch(vec![tagged(event_without_stream("Announced"), "Order", "1")])).await?;
    let of_order = with_tags(&[("Order", "1")]);
    equal("the events about order 1", found(&log, &of_order).await?, vec![1, 2, 3])?;
    let decided = one(&note, "Sent").provided(of_order, Marker(Position(2)));
    log.refused(decided, "condition 0 broken at position 3", |error| {
        matches!(error, AppendError::ConditionFailed { index: 0, position: Position(3) })
    })
    .await?;
    equal("the events of the stream alone", log.stream(&order).await?.len(), 1)
}

async fn a_stream_and_a_tag_join_in_order_over_many_events(world: &World) -> Verdict {
    world.needs_conditions()?;
    let log = world.log().await?;
    let order = stream("1")?;
    let mut expected = Vec::new();
    // Long runs of the one, then of the other: lists that are cut off end at different places.
    for run in 0..6_u64 {
        let many = (0..400).map(|_| match run % 3 {
            0 => event(&order, "A"),
            1 => tagged(event_without_stream("B"), "Order", "1"),
            _ => event_without_stream("C"),
        });
        log.append(batch(many.collect())).await?;
        expected.extend((run * 400 + 1..=run * 400 + 400).filter(|_| run % 3 < 2));
    }
    equal("the positions", found(&log, &with_tags(&[("Order", "1")])).await?, expected)
}

async fn tags_of_a_refused_batch_are_gone(world: &World) -> Verdict {
    world.needs_conditions()?;
    let log = world.log().await?;
    let (a, x) = (tenant("a")?, with_tags(&[("sku", "x")]));
    let own = |name| tagged(event_without_stream(name), "sku", "x");
    for _ in 0..5 {
        // Found out by its last event, when the tags of the others may have been written.
        let first = own("A");
        let refused = batch(vec![first.clone(), own("B"), first]);
        let after = batch(vec![event_without_stream("C")]);
        let foreign = batch(vec![own("D")]).of(&a);
        let asking = batch(vec![event_without_stream("E")]).provided(x.clone(), Marker::default());
        let answers = log.append_together(vec![refused, after, foreign, asking]).await?;
        let stored: Vec<_> = answers.iter().map(Result::is_ok).collect();
        equal("which batches are stored", stored, vec![false, true, true, true])?;
    }
    equal("the events with the tag", found(&log, &x).await?, vec![])?;
    let (of_a, _) = log.source_of(&a, &x, Marker::default()).await?;
    let seen: Vec<_> = of_a.iter().map(|event| event.position.0).collect();
    equal("the other tenant's events with the tag", seen, vec![2, 5, 8, 11, 14])
}

async fn every_way_of_asking_for_tags_gives_the_same(world: &World) -> Verdict {
    world.needs_conditions()?;
    let log = world.log().await?;
    for number in 0..60 {
        let mut next = event(&stream(&(number % 3).to_string())?, "A");
        for divisor in [2, 3, 5] {
            if number % divisor == 0 {
                next = tagged(next, "divisor", &divisor.to_string());
            }
        }
        log.append(batch(vec![next])).await?;
    }
    for tags in [&[("divisor", "2")][..], &[("divisor", "3"), ("divisor", "5")], &[("Order", "1")]]
    {
        let criteria = with_tags(tags);
        let seen = found(&log, &criteria).await?;
        let tags = criteria.0.first().map(|c| c.tags.clone()).unwrap_or_default();
        for of in [None, Some(stream("0")?.tenant().clone())] {
            let filter = Filter { tags: tags.clone(), tenant: of, ..Filter::all() };
            for limit in [1, 7, 1000] {
                let filtered = log.filtered(&filter, limit).await?;
                let filtered: Vec<_> = filtered.iter().map(|event| event.position.0).collect();
                equal(&format!("{filter:?} in pages of {limit}"), filtered, seen.clone())?;
            }
        }
        let first = seen.first().copied().unwrap_or_default();
        let asking = batch(vec![event_without_stream("X")]).provided(criteria, Marker::default());
        log.refused(asking, &format!("a condition broken at {first}"), |error| {
            matches!(error, AppendError::ConditionFailed { position, .. } if position.0 == first)
        })
        .await?;
    }
    Ok(())
}
