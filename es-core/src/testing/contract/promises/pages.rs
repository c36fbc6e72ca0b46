//! A partition is read in pages that join without a gap, filtered or not.

use crate::event::{Position, Tag};
use crate::store::Filter;
use crate::testing::contract::batches::{batch, event, event_without_stream, one, stream, tagged};
use crate::testing::contract::check::{Verdict, equal, holds};
use crate::testing::contract::log::World;
use crate::testing::contract::promise::promises;

promises!("pages":
    an_empty_log_has_an_empty_page,
    pages_of_any_size_join,
    a_page_has_at_most_the_limit,
    a_page_tells_how_far_it_looked,
    a_filter_by_name_finds_all_and_only_these,
    a_filter_by_tags_finds_all_and_only_these,
    a_filtered_reader_passes_over_what_it_does_not_want,
    beyond_the_head_there_is_nothing,
);

async fn an_empty_log_has_an_empty_page(world: &World) -> Verdict {
    let log = world.log().await?;
    let page = log.page(Position(0), &Filter::all(), 10).await?;
    equal("the number of events", page.events.len(), 0)?;
    equal("looked up to, and the head", (page.up_to, page.head), (Position(0), Position(0)))
}

async fn pages_of_any_size_join(world: &World) -> Verdict {
    let log = world.log().await?;
    for id in 0..10 {
        log.append(batch((0..5).map(|_| event_without_stream("A")).collect())).await?;
        log.append(one(&stream(&id.to_string())?, "A")).await?;
    }
    for limit in [1, 2, 7, 59, 60, 61, 5000] {
        let events = log.filtered(&Filter::all(), limit).await?;
        let seen: Vec<_> = events.iter().map(|event| event.position.0).collect();
        equal(&format!("the positions in pages of {limit}"), seen, (1..=60).collect())?;
    }
    Ok(())
}

async fn a_page_has_at_most_the_limit(world: &World) -> Verdict {
    let log = world.log().await?;
    log.append(batch((0..20).map(|_| event_without_stream("A")).collect())).await?;
    let page = log.page(Position(3), &Filter::all(), 4).await?;
    let seen: Vec<_> = page.events.iter().map(|event| event.position.0).collect();
    equal("the positions after 3", seen, vec![4, 5, 6, 7])
}

async fn a_page_tells_how_far_it_looked(world: &World) -> Verdict {
    let log = world.log().await?;
    log.append(batch((0..5).map(|_| event_without_stream("A")).collect())).await?;
    let page = log.page(Position(0), &Filter::all(), 3).await?;
    equal("looked up to, and the head", (page.up_to, page.head), (Position(3), Position(5)))?;
    let page = log.page(Position(3), &Filter::all(), 3).await?;
    equal("looked up to, and the head", (page.up_to, page.head), (Position(5), Position(5)))
}

async fn a_filter_by_name_finds_all_and_only_these(world: &World) -> Verdict {
    let log = world.log().await?;
    let names = ["A", "B", "a", "AB", "A ", "C"];
    for _ in 0..5 {
        log.append(batch(names.map(event_without_stream).into())).await?;
    }
    let events = log.filtered(&Filter::names(["A", "C", "missing"]), 3).await?;
    let seen: Vec<_> = events.iter().map(|event| event.name.to_string()).collect();
    equal("the names", seen, ["A", "C"].repeat(5).iter().map(|n| (*n).to_owned()).collect())
}

async fn a_filter_by_tags_finds_all_and_only_these(world: &World) -> Verdict {
    let log = world.log().await?;
    let (first, second) = (stream("1")?, stream("2")?);
    for _ in 0..3 {
        log.append(one(&first, "A")).await?;
        log.append(batch(vec![tagged(event(&second, "A"), "sku", "x")])).await?;
        log.append(batch(vec![tagged(event(&first, "A"), "sku", "x")])).await?;
    }
    for (tags, expected) in [
        (vec![Tag::new("sku", "x")], vec![2, 3, 5, 6, 8, 9]),
        (vec![Tag::new("Order", "1")], vec![1, 3, 4, 6, 7, 9]),
        (vec![Tag::new("Order", "1"), Tag::new("sku", "x")], vec![3, 6, 9]),
        (vec![Tag::new("sku", "y")], vec![]),
    ] {
        let filter = Filter { tags, ..Filter::all() };
        let seen: Vec<_> = log.filtered(&filter, 2).await?.iter().map(|e| e.position.0).collect();
        equal(&format!("the positions of {:?}", filter.tags), seen, expected)?;
    }
    Ok(())
}

async fn a_filtered_reader_passes_over_what_it_does_not_want(world: &World) -> Verdict {
    let log = world.log().await?;
    log.append(batch(vec![event_without_stream("Wanted")])).await?;
    log.append(batch((0..2000).map(|_| event_without_stream("Other")).collect())).await?;
    let filter = Filter::names(["Wanted"]);
    let mut after = Position(0);
    let mut pages = 0;
    while after < Position(2001) {
        let page = log.page(after, &filter, 10).await?;
        let is_further = page.up_to > after && pages < 2001;
        holds(is_further, || {
            format!("expected to get beyond {after}, it ended at {}", page.up_to)
        })?;
        after = page.up_to;
        pages += 1;
    }
    equal("looked up to", after, Position(2001))
}

async fn beyond_the_head_there_is_nothing(world: &World) -> Verdict {
    let log = world.log().await?;
    log.append(one(&stream("1")?, "A")).await?;
    let page = log.page(Position(9), &Filter::all(), 10).await?;
    equal("the number of events", page.events.len(), 0)?;
    equal("the head", page.head, Position(1))?;
    equal("looked up to", page.up_to, Position(9))
}
