use std::any::type_name;

use super::BoundaryState;
use crate::aggregate::EventDescription;
use crate::fault::Fault;
use crate::store::{Criteria, Criterion};

/// Refuses criteria that ask for a tag which no event of the state carries: they match nothing for
/// ever, and so the rule never refuses anything.
///
/// Whatever may be right passes: events that the state does not fold, those with a past, whose rows
/// of earlier days may carry other tags, and the own ids of aggregates. A tag that looks like the
/// name of a type may be that of an aggregate in another program.
pub(super) fn check<S: BoundaryState>(
    criteria: &Criteria,
    aggregates: &[&'static str],
) -> Result<(), Fault> {
    let hopeless = criteria.0.iter().find(|criterion| !may_match::<S>(criterion, aggregates));
    hopeless.map_or(Ok(()), |criterion| Err(Fault::defect(told::<S>(criterion))))
}

fn may_match<S: BoundaryState>(criterion: &Criterion, aggregates: &[&'static str]) -> bool {
    let is_of_an_aggregate =
        |key: &str| aggregates.contains(&key) || key.starts_with(char::is_uppercase);
    let may_carry = |event: &EventDescription, key: &str| {
        is_of_an_aggregate(key) || event.tag_keys.is_none_or(|keys| keys.contains(&key))
    };
    criterion.names.iter().any(|name| {
        let event = S::EVENTS.iter().find(|event| event.name == name);
        event.is_none_or(|event| {
            event.lineage.has_past() || criterion.tags.iter().all(|tag| may_carry(event, &tag.key))
        })
    })
}

fn told<S: BoundaryState>(criterion: &Criterion) -> String {
    let named = S::EVENTS.iter().filter(|event| criterion.names.iter().any(|it| it == event.name));
    let events = named.map(|event| {
        let keys = event.tag_keys.unwrap_or_default();
        let keys = if keys.is_empty() { "none".to_owned() } else { listed(keys.iter().copied()) };
        format!("`{}` has {keys}", event.name)
    });
    let events: Vec<_> = events.collect();
    format!(
        "the criteria of boundary `{}` ask for an event with {}, and none of its events carries \
         that ({}), so the rule would never refuse anything; correct the key, mark the event's \
         field with `#[tag]`, or name a key of its earlier days in `#[event(former_tags(..))]`",
        type_name::<S>(),
        listed(criterion.tags.iter().map(|tag| &*tag.key)),
        events.join(", "),
    )
}

fn listed<'a>(keys: impl Iterator<Item = &'a str>) -> String {
    let keys: Vec<_> = keys.map(|key| format!("`#[tag] {key}`")).collect();
    keys.join(" and ")
}
