//! "Nothing that matches was stored after the marker" holds as if batches ran one after another.

use crate::event::{Partition, Position};
use crate::store::{AppendError, Criteria, Criterion, Marker};
use crate::testing::contract::batches::{
    batch, event, event_without_stream, one, stream, tagged, with_names, with_tags,
};
use crate::testing::contract::check::{Verdict, equal, holds};
use crate::testing::contract::log::{Log, World, at_once, refused};
use crate::testing::contract::promise::promises;

promises!("conditions":
    a_matching_event_after_the_marker_breaks_a_condition,
    events_up_to_the_marker_break_nothing,
    events_that_do_not_match_break_nothing,
    the_failing_condition_is_named,
    each_condition_has_its_own_marker,
    conditions_see_what_was_accepted_before_them,
    one_of_many_racing_decisions_wins,
    decisions_about_other_tags_both_win,
    reading_and_deciding_leave_no_hole,
    no_criteria_forbid_nothing,
);

fn is_broken(error: &AppendError) -> bool {
    matches!(error, AppendError::ConditionFailed { .. })
}

fn seat(number: &str) -> crate::store::NewEvent {
    tagged(event_without_stream("SeatTaken"), "seat", number)
}

fn take(number: &str, after: Marker) -> crate::store::Append {
    batch(vec![seat(number)]).provided(with_tags(&[("seat", number)]), after)
}

async fn a_matching_event_after_the_marker_breaks_a_condition(world: &World) -> Verdict {
    world.needs_conditions()?;
    let log = world.log().await?;
    log.append(batch(vec![event_without_stream("Other"), seat("1")])).await?;
    log.refused(take("1", Marker(Position(1))), "condition 0 broken at position 2", |error| {
        matches!(error, AppendError::ConditionFailed { index: 0, position: Position(2) })
    })
    .await?;
    equal("the head", log.head_position().await?, Position(2))
}

async fn events_up_to_the_marker_break_nothing(world: &World) -> Verdict {
    world.needs_conditions()?;
    let log = world.log().await?;
    log.append(batch(vec![seat("1"), seat("1")])).await?;
    log.append(take("1", Marker(Position(2)))).await?;
    equal("the head", log.head_position().await?, Position(3))
}

async fn events_that_do_not_match_break_nothing(world: &World) -> Verdict {
    world.needs_conditions()?;
    let log = world.log().await?;
    let both = tagged(tagged(event_without_stream("Moved"), "from", "1"), "to", "2");
    log.append(batch(vec![seat("2"), both])).await?;
    let from_start = Marker(Position(0));
    let misses = [
        with_tags(&[("seat", "1")]),
        with_tags(&[("seat", "2"), ("from", "1")]),
        with_names(&["Other", "seattaken", "SeatTake"]),
        Criteria(vec![Criterion {
            tags: vec![crate::event::Tag::new("seat", "2")],
            names: vec!["Moved".to_owned()],
        }]),
    ];
    for criteria in misses {
        log.append(batch(vec![event_without_stream("X")]).provided(criteria, from_start)).await?;
    }
    let hits = [
        with_tags(&[("from", "1"), ("to", "2")]),
        with_names(&["Other", "Moved"]),
        Criteria([with_tags(&[("seat", "9")]).0, with_names(&["SeatTaken"]).0].concat()),
    ];
    for criteria in hits {
        let what = format!("a broken condition for {criteria:?}");
        let refused = batch(vec![event_without_stream("X")]).provided(criteria, from_start);
        log.refused(refused, &what, is_broken).await?;
    }
    Ok(())
}

async fn the_failing_condition_is_named(world: &World) -> Verdict {
    world.needs_conditions()?;
    let log = world.log().await?;
    log.append(batch(vec![seat("2")])).await?;
    let start = Marker(Position(0));
    let batch = take("1", start).provided(with_tags(&[("seat", "2")]), start);
    log.refused(batch, "condition 1 broken at position 1", |error| {
        matches!(error, AppendError::ConditionFailed { index: 1, position: Position(1) })
    })
    .await?;
    Ok(())
}

async fn each_condition_has_its_own_marker(world: &World) -> Verdict {
    world.needs_conditions()?;
    let log = world.log().await?;
    log.append(batch(vec![seat("1"), seat("2")])).await?;
    let (one, two) = (with_tags(&[("seat", "1")]), with_tags(&[("seat", "2")]));
    let fits = batch(vec![event_without_stream("X")])
        .provided(one.clone(), Marker(Position(1)))
        .provided(two.clone(), Marker(Position(2)));
    log.append(fits).await?;
    let stale = batch(vec![event_without_stream("X")])
        .provided(one, Marker(Position(2)))
        .provided(two, Marker(Position(1)));
    log.refused(stale, "the second condition broken", |error| {
        matches!(error, AppendError::ConditionFailed { index: 1, .. })
    })
    .await?;
    Ok(())
}

async fn conditions_see_what_was_accepted_before_them(world: &World) -> Verdict {
    world.needs_conditions()?;
    let log = world.log().await?;
    let start = Marker(Position(0));
    let mut batches = Vec::new();
    // Many times over, so that the five of some number are in one group for certain.
    for number in 0..25 {
        let (order, number) = (stream(&number.to_string())?, number.to_string());
        let by_stream = with_tags(&[("Order", &number)]);
        batches.extend([
            take(&number, start),
            take(&number, start),
            take(&format!("other {number}"), start),
            one(&order, "A"),
            one(&order, "B").provided(by_stream, start),
        ]);
    }
    let mut stored = Vec::new();
    for answer in log.append_together(batches).await? {
        stored.push(answer.is_ok());
        if answer.is_err() {
            refused(answer, "a broken condition", is_broken)?;
        }
    }
    let expected = [true, false, true, true, false].repeat(25);
    equal("which batches are stored", stored, expected)
}

async fn one_of_many_racing_decisions_wins(world: &World) -> Verdict {
    world.needs_conditions()?;
    let log = world.log().await?;
    for round in 0..8 {
        let number = round.to_string();
        let racers = (0..16).map(|_| {
            let (log, number) = (log.clone(), number.clone());
            async move { log.append(take(&number, Marker(Position(0)))).await }
        });
        let answers = at_once(racers).await?;
        equal("how many took the seat", answers.iter().filter(|a| a.is_ok()).count(), 1)?;
    }
    Ok(())
}

async fn decisions_about_other_tags_both_win(world: &World) -> Verdict {
    world.needs_conditions()?;
    let log = world.log().await?;
    let racers = (0..32).map(|number| {
        let log = log.clone();
        async move { log.append(take(&number.to_string(), Marker(Position(0)))).await }
    });
    for answer in at_once(racers).await? {
        answer?;
    }
    equal("the head", log.head_position().await?, Position(32))
}

async fn reading_and_deciding_leave_no_hole(world: &World) -> Verdict {
    world.needs_conditions()?;
    let log = world.log().await?;
    let racers = (0..16).map(|_| book(log.clone()));
    for outcome in at_once(racers).await? {
        outcome?;
    }
    let booked = log.source(&with_tags(&[("course", "rust")]), Marker::default()).await?.0.len();
    equal("bookings of a course with five places", booked, 5)
}

/// Books a place in a course while there are fewer than five bookings.
async fn book(log: Log) -> Verdict {
    let course = with_tags(&[("course", "rust")]);
    loop {
        let (bookings, marker) = log.source(&course, Marker::default()).await?;
        if bookings.len() >= 5 {
            return Ok(());
        }
        let booking = tagged(event(&stream("1")?, "Booked"), "course", "rust");
        match log.append(batch(vec![booking]).provided(course.clone(), marker)).await {
            Ok(stored) => {
                let position = stored.token.position(Partition(0)).unwrap_or_default();
                holds(position > marker.0, || format!("expected a position beyond {marker:?}"))?;
            }
            Err(AppendError::ConditionFailed { .. }) => {}
            Err(error) => return Err(error.into()),
        }
    }
}

async fn no_criteria_forbid_nothing(world: &World) -> Verdict {
    world.needs_conditions()?;
    let log = world.log().await?;
    log.append(batch(vec![seat("1")])).await?;
    log.append(batch(vec![seat("1")]).provided(Criteria::default(), Marker::default())).await?;
    equal("the head", log.head_position().await?, Position(2))
}
