//! What can be known to be wrong before anything runs.

use super::error::Problem;
use crate::context::{Needs, Resources};
use crate::registry::{CommandEntry, Components, Registry, Source};
use crate::store::Capabilities;

/// Finds every reason not to start in what the program has registered.
pub(super) fn problems(
    registry: &Registry,
    expected: &[String],
    resources: &Resources,
) -> Vec<Problem> {
    if registry.is_empty() {
        return vec![Problem::Empty];
    }
    let mut problems = missing(registry.components(), expected);
    problems.extend(unprovided(registry.components(), resources));
    problems
}

fn missing(components: &Components, expected: &[String]) -> Vec<Problem> {
    let known: Vec<_> = components.aggregates.iter().map(|entry| entry.name).collect();
    let missing = expected.iter().filter(|name| !known.contains(&name.as_str()));
    missing
        .map(|name| Problem::Missing {
            name: name.clone(),
            known: if known.is_empty() { "none".to_owned() } else { known.join(", ") },
        })
        .collect()
}

fn unprovided(components: &Components, resources: &Resources) -> Vec<Problem> {
    let commands = components.commands.iter().map(|entry| {
        (format!("the handler of command `{}`", entry.name), entry.source, entry.needs)
    });
    let events = components
        .event_handlers
        .iter()
        .map(|entry| (format!("event handler `{}`", entry.handler), entry.source, entry.needs));
    let queries = components
        .query_handlers
        .iter()
        .map(|entry| (format!("query handler `{}`", entry.handler), entry.source, entry.needs));
    commands.chain(events).chain(queries).flat_map(|handler| check(handler, resources)).collect()
}

/// Finds every handler that needs more than the log can do.
pub(super) fn beyond(registry: &Registry, can: Capabilities) -> Vec<Problem> {
    let lacking = |entry: &CommandEntry| {
        let mut needed = Needs::default();
        (entry.needs)(&mut needed);
        let lacking = if needed.tag_conditions && !can.tag_conditions {
            "conditions over tags, which `Boundary` rests on"
        } else if needed.multi_stream_appends && !can.multi_stream_appends {
            "one batch for several streams, which `Repository` rests on"
        } else {
            return None;
        };
        let handler = format!("the handler of command `{}` ({})", entry.name, entry.source);
        Some(Problem::Capability { handler, lacking })
    };
    registry.components().commands.iter().filter_map(lacking).collect()
}

fn check(
    (handler, source, needs): (String, Source, fn(&mut Needs)),
    resources: &Resources,
) -> Vec<Problem> {
    let mut needed = Needs::default();
    needs(&mut needed);
    let absent = needed.resources.iter().filter(|(type_id, _)| !resources.contains(*type_id));
    let provided = resources.names();
    absent
        .map(|(_, resource)| Problem::Resource {
            handler: format!("{handler} ({source})"),
            resource,
            provided: if provided.is_empty() { "nothing".to_owned() } else { provided.join(", ") },
        })
        .collect()
}
