//! All that a batch asks is judged together, and against what was accepted before it, nothing
//! else.

use smallvec::SmallVec;

use crate::event::{Position, StreamId};
use crate::store::{Append, AppendError, Criteria, Criterion, Expected, Marker};
use crate::testing::contract::batches::{
    at, batch, event, event_without_stream, one, question, stream, tagged, with_names, with_tags,
};
use crate::testing::contract::check::{Verdict, equal};
use crate::testing::contract::log::{Log, World, refused};
use crate::testing::contract::promise::promises;

promises!("judgement":
    two_expectations_about_one_stream_must_both_hold,
    expectations_and_conditions_must_both_hold,
    several_conditions_see_what_their_group_accepted,
    a_refused_batch_breaks_no_condition,
    a_batch_does_not_break_its_own_condition,
    a_condition_without_events_is_judged,
    a_condition_looks_all_the_way_back,
    no_marker_is_too_large,
    a_condition_of_hundreds_of_criteria_is_judged,
    chains_of_decisions_hold_in_one_group,
);

fn is_broken(error: &AppendError) -> bool {
    matches!(error, AppendError::ConditionFailed { .. })
}

fn is_conflict(error: &AppendError) -> bool {
    matches!(error, AppendError::Conflict { .. })
}

fn taken(seat: &str) -> Append {
    batch(vec![tagged(event_without_stream("Taken"), "seat", seat)])
}

fn seat(number: &str) -> Criteria {
    with_tags(&[("seat", number)])
}

async fn two_expectations_about_one_stream_must_both_hold(world: &World) -> Verdict {
    let log = world.log().await?;
    let order = stream("1")?;
    log.append(one(&order, "A")).await?;
    for (first, second) in [(Expected::Any, at(7)), (at(0), Expected::NoStream), (at(1), at(0))] {
        let batch = one(&order, "B").expecting(&order, first).expecting(&order, second);
        log.refused(batch, &format!("a conflict with {first:?}, {second:?}"), is_conflict).await?;
    }
    log.append(one(&order, "B").expecting(&order, Expected::Any).expecting(&order, at(0))).await?;
    Ok(())
}

async fn expectations_and_conditions_must_both_hold(world: &World) -> Verdict {
    world.needs_conditions()?;
    let log = world.log().await?;
    let (order, start) = (stream("1")?, Marker::default());
    log.append(taken("1")).await?;
    let stale = one(&order, "A").expecting(&order, at(3)).provided(seat("2"), start);
    log.refused(stale, "a conflict", is_conflict).await?;
    let late = one(&order, "A").expecting(&order, Expected::NoStream).provided(seat("1"), start);
    log.refused(late, "a broken condition", is_broken).await?;
    let good = one(&order, "A").expecting(&order, Expected::NoStream).provided(seat("2"), start);
    log.append(good).await?;
    equal("the head", log.head_position().await?, Position(2))
}

/// Plays a scenario many times over, handed over together, and expects the same answers each time.
async fn played(
    log: &Log,
    scenario: impl Fn(&StreamId, &str) -> Vec<Append>,
    expected: &[bool],
) -> Verdict {
    let mut batches = Vec::new();
    for number in 0..25 {
        let name = number.to_string();
        batches.extend(scenario(&stream(&name)?, &name));
    }
    let answers = log.append_together(batches).await?;
    let stored: Vec<_> = answers.iter().map(Result::is_ok).collect();
    for (round, stored) in stored.chunks(expected.len()).enumerate() {
        equal(&format!("what is stored of round {round}"), stored, expected)?;
    }
    for answer in answers.into_iter().filter(Result::is_err) {
        let is_judged = |error: &AppendError| {
            is_broken(error)
                || matches!(error, AppendError::EventStored(_) | AppendError::PredecessorUndone)
        };
        refused(answer, "a broken condition or a repeated event id", is_judged)?;
    }
    Ok(())
}

async fn several_conditions_see_what_their_group_accepted(world: &World) -> Verdict {
    world.needs_conditions()?;
    let log = world.log().await?;
    let scenario = |_: &StreamId, name: &str| {
        let [a, b, c] = ["a", "b", "c"].map(|seat| format!("{seat}{name}"));
        let start = Marker::default();
        let both = |first: &str, second: &str| {
            taken(first).provided(seat(first), start).provided(seat(second), start)
        };
        vec![
            both(&a, &b),
            // The first is broken, the second holds; then the other way round; then neither holds.
            both(&a, &b),
            both(&b, &a),
            taken(&b),
            both(&a, &b),
            both(&c, &format!("d{name}")),
        ]
    };
    played(&log, scenario, &[true, false, false, true, false, true]).await
}

async fn a_refused_batch_breaks_no_condition(world: &World) -> Verdict {
    world.needs_conditions()?;
    let log = world.log().await?;
    let scenario = |order: &StreamId, name: &str| {
        let refused = taken(name).expecting(order, at(7)).provided(seat(name), Marker::default());
        let mut late = taken(name);
        late.events.extend(late.events.first().cloned());
        let undone = taken(name).resting_on(&late.fate);
        // Not refused by an expectation, which `played` would take for a mistake.
        let refused = Append { expectations: SmallVec::new(), ..refused }.resting_on(&late.fate);
        vec![late, undone, refused, taken(name).provided(seat(name), Marker::default())]
    };
    played(&log, scenario, &[false, false, false, true]).await
}

async fn a_batch_does_not_break_its_own_condition(world: &World) -> Verdict {
    world.needs_conditions()?;
    let log = world.log().await?;
    let scenario = |_: &StreamId, name: &str| {
        let mut many = taken(name);
        many.events.extend(taken(name).events);
        let start = Marker::default();
        vec![many.provided(seat(name), start).provided(seat(name), start)]
    };
    played(&log, scenario, &[true]).await
}

async fn a_condition_without_events_is_judged(world: &World) -> Verdict {
    world.needs_conditions()?;
    let log = world.log().await?;
    let scenario = |_: &StreamId, name: &str| {
        let ask = || Append::default().provided(seat(name), Marker::default());
        vec![ask(), taken(name), ask()]
    };
    played(&log, scenario, &[true, true, false]).await?;
    let alone = Append::default().provided(seat("7"), Marker::default());
    log.refused(alone, "a broken condition", is_broken).await?;
    Ok(())
}

async fn a_condition_looks_all_the_way_back(world: &World) -> Verdict {
    world.needs_conditions()?;
    let log = world.log().await?;
    log.append(taken("1")).await?;
    for _ in 0..10 {
        log.append(batch((0..2000).map(|_| event_without_stream("Other")).collect())).await?;
    }
    log.append(taken("2")).await?;
    let early = Criteria([seat("1").0, with_names(&["Missing"]).0].concat());
    for (criteria, position) in [(with_names(&["Taken"]), 1), (seat("1"), 1), (early, 1)] {
        let what = format!("{criteria:?} broken at {position}");
        let batch = taken("3").provided(criteria, Marker::default());
        log.refused(batch, &what, |error| {
            matches!(error, AppendError::ConditionFailed { position: p, .. } if p.0 == position)
        })
        .await?;
    }
    let late = taken("3").provided(with_names(&["Taken"]), Marker(Position(1)));
    log.refused(late, "a condition broken at the last event", |error| {
        matches!(error, AppendError::ConditionFailed { position: Position(20_002), .. })
    })
    .await?;
    log.append(taken("3").provided(with_names(&["Taken"]), Marker(Position(20_002)))).await?;
    Ok(())
}

async fn no_marker_is_too_large(world: &World) -> Verdict {
    world.needs_conditions()?;
    let log = world.log().await?;
    log.append(taken("1")).await?;
    for marker in [2, 1 << 40, i64::MAX as u64, u64::MAX - 1, u64::MAX] {
        let marker = Marker(Position(marker));
        log.append(taken("1").provided(seat("1"), marker)).await?;
        let (events, _) = log.source(&seat("1"), marker).await?;
        equal(&format!("the number of events after {marker:?}"), events.len(), 0)?;
    }
    Ok(())
}

async fn a_condition_of_hundreds_of_criteria_is_judged(world: &World) -> Verdict {
    world.needs_conditions()?;
    let log = world.log().await?;
    let by_tag = |n: u32| seat(&n.to_string()).0;
    let criteria = |last: Vec<Criterion>| {
        Criteria((10..1500).flat_map(by_tag).chain(last).collect::<Vec<_>>())
    };
    log.append(taken("1")).await?;
    log.append(taken("2").provided(criteria(Vec::new()), Marker::default())).await?;
    let broken = taken("3").provided(criteria(by_tag(2)), Marker::default());
    log.refused(broken, "the condition broken at position 2", |error| {
        matches!(error, AppendError::ConditionFailed { position: Position(2), .. })
    })
    .await?;
    let (events, _) = log.source(&criteria(by_tag(1)), Marker::default()).await?;
    equal("the number of events", events.len(), 1)
}

async fn chains_of_decisions_hold_in_one_group(world: &World) -> Verdict {
    world.needs_conditions()?;
    let log = world.log().await?;
    let scenario = |order: &StreamId, name: &str| {
        let start = Marker::default();
        let first = one(order, "A").provided(seat(name), start);
        let second = taken(name).provided(seat(name), start).resting_on(&first.fate);
        let third = one(order, "B").provided(seat(name), start).resting_on(&second.fate);
        let fourth = question(order, at(0)).resting_on(&third.fate);
        let fifth = batch(vec![event(order, "C")]).expecting(order, at(0)).resting_on(&first.fate);
        vec![first, second, third, fourth, fifth]
    };
    played(&log, scenario, &[true, true, false, false, true]).await
}
