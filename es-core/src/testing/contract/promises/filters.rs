//! A reader that wants a part of the log gets exactly this part, and learns how far it looked.

use crate::event::{Partition, Position, RecordedEvent, Tag, Tenant, Timestamp};
use crate::store::{Filter, Marker, ReadError};
use crate::testing::contract::batches::{
    batch, event, event_without_stream, stream, stream_of, tagged, tenant, with_names,
};
use crate::testing::contract::check::{Verdict, equal, holds};
use crate::testing::contract::log::{Log, World};
use crate::testing::contract::promise::promises;

promises!("filters":
    all_parts_of_a_filter_must_match,
    tags_are_looked_for_in_every_tenant,
    a_filter_of_a_thousand_names_is_a_filter,
    nobody_waits_for_what_is_not_there,
    a_page_leaves_out_nothing_up_to_where_it_looked,
    a_page_of_nothing_moves_nowhere,
    every_way_of_reading_shows_the_same_event,
    a_partition_that_is_not_there_is_refused,
);

fn positions(events: &[RecordedEvent]) -> Vec<u64> {
    events.iter().map(|event| event.position.0).collect()
}

/// Events of two tenants, two names, with and without a tag: eight kinds, three times over.
async fn eight_kinds(world: &World) -> Verdict<(Log, Tenant)> {
    let log = world.log().await?;
    let a = tenant("a")?;
    for _ in 0..3 {
        for kind in 0..8 {
            let name = if kind & 1 == 0 { "A" } else { "B" };
            let next = event_without_stream(name);
            let next = if kind & 2 == 0 { next } else { tagged(next, "sku", "x") };
            let owner = if kind & 4 == 0 { &Tenant::default() } else { &a };
            log.append(batch(vec![next]).of(owner)).await?;
        }
    }
    Ok((log, a))
}

async fn all_parts_of_a_filter_must_match(world: &World) -> Verdict {
    let (log, a) = eight_kinds(world).await?;
    let x = || vec![Tag::new("sku", "x")];
    for (filter, kinds) in [
        (Filter { tags: x(), ..Filter::names(["B"]) }, &[3, 7][..]),
        (Filter { tenant: Some(a.clone()), ..Filter::names(["B"]) }, &[5, 7]),
        (Filter { tenant: Some(a.clone()), tags: x(), ..Filter::all() }, &[6, 7]),
        (Filter { tenant: Some(a.clone()), tags: x(), ..Filter::names(["A", "C"]) }, &[6]),
        (Filter { tenant: Some(Tenant::default()), tags: x(), ..Filter::all() }, &[2, 3]),
    ] {
        let expected: Vec<u64> =
            (0..3).flat_map(|round| kinds.iter().map(move |kind| round * 8 + kind + 1)).collect();
        for limit in [1, 2, 100] {
            let seen = positions(&log.filtered(&filter, limit).await?);
            equal(&format!("{filter:?} in pages of {limit}"), seen, expected.clone())?;
        }
    }
    Ok(())
}

async fn tags_are_looked_for_in_every_tenant(world: &World) -> Verdict {
    let log = world.log().await?;
    let mut expected = Vec::new();
    for (position, name) in (1..).zip(["", "a", "b", "a"]) {
        let owner = tenant(name)?;
        let order = stream_of(&owner, "Order", "1")?;
        log.append(batch(vec![tagged(event(&order, "A"), "sku", "x")]).of(&owner)).await?;
        expected.push(position);
    }
    for tag in [Tag::new("sku", "x"), Tag::new("Order", "1")] {
        let filter = Filter { tags: vec![tag], ..Filter::all() };
        equal("the positions", positions(&log.filtered(&filter, 10).await?), expected.clone())?;
    }
    Ok(())
}

async fn a_filter_of_a_thousand_names_is_a_filter(world: &World) -> Verdict {
    let (log, _) = eight_kinds(world).await?;
    let others = || (0..1000).map(|n| format!("Event{n}"));
    let nothing = log.filtered(&Filter::names(others()), 10).await?;
    equal("the positions of names that never were", positions(&nothing), vec![])?;
    let all = log.filtered(&Filter::names(others().chain(["B".to_owned()])), 10).await?;
    equal("the positions", positions(&all), (1..=12).map(|n| n * 2).collect())
}

async fn nobody_waits_for_what_is_not_there(world: &World) -> Verdict {
    let (log, _) = eight_kinds(world).await?;
    let unknown = Filter { tags: vec![Tag::new("never", "seen")], ..Filter::all() };
    for filter in [
        unknown.clone(),
        Filter { tenant: Some(tenant("nobody")?), ..Filter::all() },
        Filter { tenant: Some(tenant("nobody")?), ..unknown },
        Filter::names(["Never"]),
    ] {
        let mut after = Position(0);
        for _ in 0..30 {
            let page = log.page(after, &filter, 3).await?;
            equal(&format!("the events of {filter:?}"), page.events.len(), 0)?;
            after = page.up_to;
        }
        equal(&format!("how far {filter:?} looked"), after, Position(24))?;
    }
    Ok(())
}

async fn a_page_leaves_out_nothing_up_to_where_it_looked(world: &World) -> Verdict {
    let (log, a) = eight_kinds(world).await?;
    let by_tag = Filter { tags: vec![Tag::new("sku", "x")], ..Filter::all() };
    let of_tenant = Filter { tenant: Some(a), ..by_tag.clone() };
    for filter in [Filter::all(), Filter::names(["B"]), by_tag, of_tenant] {
        let all = positions(&log.filtered(&filter, 1000).await?);
        for (after, limit) in (0..24).flat_map(|after| [(after, 1), (after, 2), (after, 5)]) {
            let page = log.page(Position(after), &filter, limit).await?;
            let passed = after + 1..=page.up_to.0;
            let expected: Vec<_> = all.iter().copied().filter(|p| passed.contains(p)).collect();
            let what = format!("the events of {filter:?} in {passed:?}, at most {limit}");
            equal(&what, positions(&page.events), expected)?;
            holds(page.events.len() <= limit && page.up_to <= page.head, || {
                format!("expected at most {limit} events up to {}, saw {page:?}", page.head)
            })?;
        }
    }
    Ok(())
}

async fn a_page_of_nothing_moves_nowhere(world: &World) -> Verdict {
    let (log, _) = eight_kinds(world).await?;
    for after in [0, 3, 24] {
        for filter in [Filter::all(), Filter::names(["Never"])] {
            let page = log.page(Position(after), &filter, 0).await?;
            equal("the number of events", page.events.len(), 0)?;
            equal("looked up to, and the head", (page.up_to.0, page.head.0), (after, 24))?;
        }
    }
    Ok(())
}

async fn every_way_of_reading_shows_the_same_event(world: &World) -> Verdict {
    let log = world.log().await?;
    let a = tenant("ä")?;
    let order = stream_of(&a, "Örder", "1")?;
    let full = || tagged(event(&order, "Gebühr erhöht"), "sku", "x");
    log.append(batch(vec![full(), event_without_stream("Other"), full()]).of(&a)).await?;
    let filter = Filter { tags: vec![Tag::new("sku", "x")], ..Filter::names(["Gebühr erhöht"]) };
    let in_tenant = Filter { tenant: Some(a.clone()), ..filter.clone() };
    let shown = |events: Vec<RecordedEvent>| -> Vec<String> {
        let ours = events.iter().filter(|event| &*event.name != "Other");
        ours.map(|event| format!("{event:?}")).collect()
    };
    let expected = shown(log.stream(&order).await?);
    equal("the events of the stream", expected.len(), 2)?;
    let mut ways = vec![
        ("all", log.all().await?),
        ("filtered", log.filtered(&filter, 10).await?),
        ("filtered by tenant", log.filtered(&in_tenant, 10).await?),
    ];
    if world.capabilities().tag_conditions {
        let criteria = with_names(&["Gebühr erhöht"]);
        ways.push(("source", log.source_of(&a, &criteria, Marker::default()).await?.0));
    }
    for (way, events) in ways {
        equal(&format!("the events as read by {way}"), shown(events), expected.clone())?;
    }
    Ok(())
}

async fn a_partition_that_is_not_there_is_refused(world: &World) -> Verdict {
    let log = world.log().await?;
    log.append(batch(vec![event(&stream("1")?, "A")])).await?;
    let missing = Partition(world.capabilities().partitions);
    let answers = [
        log.read(missing, Position(0), &Filter::all(), 10).await.map(drop),
        log.head(missing).await.map(drop),
        log.position_at(missing, Timestamp::MIN).await.map(drop),
    ];
    for answer in answers {
        let is_refused = matches!(answer, Err(ReadError::Unsupported { .. }));
        holds(is_refused, || format!("expected `Unsupported`, saw {answer:?}"))?;
    }
    Ok(())
}
