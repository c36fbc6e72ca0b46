//! What can be known to be wrong before anything runs.

use super::error::Problem;
use crate::context::{Needs, Resources};
use crate::registry::{Components, Registry, Source};
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
    problems.extend(handlers(registry.components()).flat_map(|it| check(it, resources)));
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

/// A handler as messages name it, with what its parameters need.
struct Needy {
    handler: String,
    needed: Needs,
    is_of_a_command: bool,
}

impl Needy {
    fn new(
        (what, name, source): (&str, &str, Source),
        needs: fn(&mut Needs),
        is_of_a_command: bool,
    ) -> Self {
        let mut needed = Needs::default();
        needs(&mut needed);
        Self { handler: format!("{what} `{name}` ({source})"), needed, is_of_a_command }
    }
}

fn handlers(components: &Components) -> impl Iterator<Item = Needy> {
    let commands = components.commands.iter().map(|entry| {
        Needy::new(("the handler of command", entry.name, entry.source), entry.needs, true)
    });
    let events = components.event_handlers.iter().map(|entry| {
        Needy::new(("event handler", entry.handler, entry.source), entry.needs, false)
    });
    let queries = components.query_handlers.iter().map(|entry| {
        Needy::new(("query handler", entry.handler, entry.source), entry.needs, false)
    });
    commands.chain(events).chain(queries)
}

/// Finds every handler that needs more than the log can do.
pub(super) fn beyond(registry: &Registry, can: Capabilities) -> Vec<Problem> {
    let lacking = |Needy { handler, needed, .. }| {
        let lacking = if needed.tag_conditions && !can.tag_conditions {
            "conditions over tags, which `Boundary` rests on"
        } else if needed.multi_stream_appends && !can.multi_stream_appends {
            "one batch for several streams, which `Repository` rests on"
        } else {
            return None;
        };
        Some(Problem::Capability { handler, lacking })
    };
    handlers(registry.components()).filter_map(lacking).collect()
}

fn check(Needy { handler, needed, is_of_a_command }: Needy, resources: &Resources) -> Vec<Problem> {
    let absent = needed.resources.iter().filter(|(type_id, _)| !resources.contains(*type_id));
    let provided = resources.names();
    let mut problems: Vec<_> = absent
        .map(|(_, resource)| Problem::Resource {
            handler: handler.clone(),
            resource,
            provided: if provided.is_empty() { "nothing".to_owned() } else { provided.join(", ") },
        })
        .collect();
    if needed.unit_of_work && !is_of_a_command {
        problems.push(Problem::UnitOfWork { handler });
    }
    problems
}
