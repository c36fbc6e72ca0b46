//! What can be known to be wrong before anything runs.

use super::error::Problem;
use crate::context::{Needs, Part, Resources};
use crate::registry::{Components, Registry, Source};
use crate::store::Capabilities;

/// Finds every reason not to start in what the program has registered; `method` is the builder's
/// for adding an aggregate.
pub(super) fn problems(
    registry: &Registry,
    expected: &[String],
    resources: &Resources,
    method: &'static str,
) -> Vec<Problem> {
    if registry.is_empty() {
        return vec![Problem::Empty];
    }
    let components = registry.components();
    let mut problems = missing(components, expected);
    for needy in handlers(components) {
        problems.extend(unprovided(&needy, resources));
        problems.extend(unknown(&needy, components, method));
        problems.extend(never_given(&needy));
    }
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

/// What a handler handles.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Command,
    Event,
    Query,
}

/// A handler as messages name it, with what its parameters need.
struct Needy {
    handler: String,
    needed: Needs,
    kind: Kind,
}

impl Needy {
    fn new(kind: Kind, name: &str, source: Source, needs: fn(&mut Needs)) -> Self {
        let mut needed = Needs::default();
        needs(&mut needed);
        let what = match kind {
            Kind::Command => "the handler of command",
            Kind::Event => "event handler",
            Kind::Query => "query handler",
        };
        Self { handler: format!("{what} `{name}` ({source})"), needed, kind }
    }
}

fn handlers(components: &Components) -> impl Iterator<Item = Needy> {
    let commands = components.commands.iter();
    let commands =
        commands.map(|entry| Needy::new(Kind::Command, entry.name, entry.source, entry.needs));
    let events = components.event_handlers.iter();
    let events =
        events.map(|entry| Needy::new(Kind::Event, entry.handler, entry.source, entry.needs));
    let queries = components.query_handlers.iter();
    let queries =
        queries.map(|entry| Needy::new(Kind::Query, entry.handler, entry.source, entry.needs));
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

fn unprovided(needy: &Needy, resources: &Resources) -> Vec<Problem> {
    let needed = needy.needed.resources.iter();
    let absent = needed.filter(|(type_id, _)| !resources.contains(*type_id));
    let provided = resources.names();
    absent
        .map(|(_, resource)| Problem::Resource {
            handler: needy.handler.clone(),
            resource,
            provided: if provided.is_empty() { "nothing".to_owned() } else { provided.join(", ") },
        })
        .collect()
}

// Where there is no unit of work for a repository, adding the aggregate would not help.
fn unknown(needy: &Needy, components: &Components, method: &'static str) -> Vec<Problem> {
    if needy.kind != Kind::Command {
        return Vec::new();
    }
    let known: Vec<_> = components.aggregates.iter().map(|entry| (entry.type_id)()).collect();
    let needed = needy.needed.aggregates.iter();
    let absent = needed.filter(|aggregate| !known.contains(&aggregate.type_id));
    absent
        .map(|aggregate| Problem::Aggregate {
            handler: needy.handler.clone(),
            aggregate: aggregate.name,
            type_name: aggregate.type_name,
            method,
        })
        .collect()
}

fn never_given(Needy { handler, needed, kind }: &Needy) -> Vec<Problem> {
    let handler = || handler.clone();
    let parts = needed.parts.iter().filter_map(|part| {
        let (given_to, remedy) = remedy(*part, *kind)?;
        Some(Problem::Parameter { handler: handler(), parameter: part.name(), given_to, remedy })
    });
    let mut problems: Vec<_> = parts.collect();
    if needed.unit_of_work && *kind != Kind::Command {
        problems.push(Problem::UnitOfWork { handler: handler() });
    }
    problems
}

/// Who is given a part of a message, and what to do about a handler that is not.
fn remedy(part: Part, kind: Kind) -> Option<(&'static str, &'static str)> {
    let to_commands = "command handlers";
    let to_events = "event handlers";
    match (part, kind) {
        (Part::CommandId, Kind::Command)
        | (Part::StreamId | Part::Sequence | Part::Position, Kind::Event) => None,
        (Part::CommandId, Kind::Event) => {
            Some((to_commands, "take `&Metadata`, whose `causation_id` is the command's id"))
        }
        (Part::CommandId, Kind::Query) => Some((to_commands, "leave it out")),
        (Part::Sequence | Part::Position, Kind::Command) => {
            Some((to_events, "leave it out: a command's events are stored after its handler"))
        }
        (Part::StreamId, Kind::Command) => {
            Some((to_events, "leave it out: the target's id is in the command"))
        }
        (Part::StreamId | Part::Sequence | Part::Position, Kind::Query) => {
            Some((to_events, "let an event handler write it into the view"))
        }
    }
}
