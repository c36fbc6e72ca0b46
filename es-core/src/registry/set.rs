use std::any::TypeId;

use foldhash::HashMap;

use super::{
    AggregateEntry, CommandEntry, EventEntry, EventHandlerEntry, ProjectionEntry,
    QueryHandlerEntry, Source,
};
use crate::event::Lineage;

/// Handlers and types collected by hand, for programs that do without link-time registration.
///
/// Entries added twice count once, so `.with::<Order>()` beside link-time registration is fine.
#[derive(Default, Clone)]
pub struct Components {
    /// Aggregates.
    pub aggregates: Vec<AggregateEntry>,
    /// Event types.
    pub events: Vec<EventEntry>,
    /// Command handlers.
    pub commands: Vec<CommandEntry>,
    /// Projections.
    pub projections: Vec<ProjectionEntry>,
    /// Event handlers.
    pub event_handlers: Vec<EventHandlerEntry>,
    /// Query handlers.
    pub query_handlers: Vec<QueryHandlerEntry>,
}

/// A type that brings handlers: an aggregate, a projection, a free handler (by its function's
/// name), or a tuple of such.
///
/// Written by `#[aggregate]` and `#[projection]` on the `impl` block, and by `#[command_handler]`,
/// `#[event_handler]` and `#[query_handler]` on free functions.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is neither an aggregate, nor a projection, nor a free handler",
    label = "brings no handlers",
    note = "add `#[aggregate]` or `#[projection]` to its `impl` block, without which rustc calls a handler in it `struct is not supported in impls`; or name a function that has `#[command_handler]`, `#[event_handler]` or `#[query_handler]`"
)]
pub trait Component: 'static {
    /// Adds the type's entries.
    fn register(components: &mut Components);
}

macro_rules! tuples {
    ($(($($type:ident)+))*) => { $(
        impl<$($type: Component),+> Component for ($($type,)+) {
            fn register(components: &mut Components) {
                $( $type::register(components); )+
            }
        }
    )* };
}

tuples! { (A) (A B) (A B C) (A B C D) (A B C D E) (A B C D E F) (A B C D E F G) (A B C D E F G H) }

impl Components {
    /// Everything that linked crates have submitted.
    #[must_use]
    pub fn linked() -> Self {
        Self {
            aggregates: inventory::iter::<AggregateEntry>().copied().collect(),
            events: inventory::iter::<EventEntry>().copied().collect(),
            commands: inventory::iter::<CommandEntry>().copied().collect(),
            projections: inventory::iter::<ProjectionEntry>().copied().collect(),
            event_handlers: inventory::iter::<EventHandlerEntry>().copied().collect(),
            query_handlers: inventory::iter::<QueryHandlerEntry>().copied().collect(),
        }
    }

    /// Keeps what belongs to the aggregates and projections of `wanted`, and its free handlers.
    pub(crate) fn only(&mut self, wanted: &Self) {
        let aggregates: Vec<TypeId> =
            wanted.aggregates.iter().map(|entry| (entry.type_id)()).collect();
        let projections: Vec<TypeId> =
            wanted.projections.iter().map(|entry| (entry.type_id)()).collect();
        let owned = |owner: Option<fn() -> TypeId>| {
            owner.is_some_and(|owner| projections.contains(&owner()))
        };
        // Who uses an event type is not known; the aggregates' own tables have their names.
        self.events.clear();
        self.aggregates.retain(|entry| aggregates.contains(&(entry.type_id)()));
        let commands: Vec<TypeId> =
            wanted.commands.iter().map(|entry| (entry.handler_id)()).collect();
        self.commands.retain(|entry| {
            let handler = (entry.handler_id)();
            aggregates.contains(&handler) || commands.contains(&handler)
        });
        self.projections.retain(|entry| projections.contains(&(entry.type_id)()));
        let events: Vec<Source> = wanted.event_handlers.iter().map(|entry| entry.source).collect();
        self.event_handlers
            .retain(|entry| owned(entry.projection) || events.contains(&entry.source));
        let queries: Vec<Source> = wanted.query_handlers.iter().map(|entry| entry.source).collect();
        self.query_handlers
            .retain(|entry| owned(entry.projection) || queries.contains(&entry.source));
    }

    pub(crate) fn extend(&mut self, other: Self) {
        self.aggregates.extend(other.aggregates);
        self.events.extend(other.events);
        self.commands.extend(other.commands);
        self.projections.extend(other.projections);
        self.event_handlers.extend(other.event_handlers);
        self.query_handlers.extend(other.query_handlers);
    }
}

/// What an application runs: sorted, without doubles, without contradictions.
pub struct Registry(Components);

/// A contradiction between two places of the program.
#[derive(Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RegistryError {
    /// One command, two handlers.
    #[error(
        "command `{name}` has two handlers: {first} and {second}; remove one, or give one command \
         another name"
    )]
    TwoHandlers {
        /// The command's name.
        name: String,
        /// The one, with its place.
        first: String,
        /// The other, with its place.
        second: String,
    },
    /// One query, two handlers.
    #[error("query `{name}` has two handlers: {first} and {second}; remove one")]
    TwoAnswers {
        /// The query's name.
        name: String,
        /// The one, with its place.
        first: String,
        /// The other, with its place.
        second: String,
    },
    /// One stored name and revision, two event types.
    #[error(
        "event `{name}` revision {revision} is two types: {first} and {second}; give one another \
         name with `#[event(name = \"..\")]`"
    )]
    TwoEvents {
        /// The stored name.
        name: String,
        /// The revision.
        revision: u32,
        /// The one, with its place.
        first: String,
        /// The other, with its place.
        second: String,
    },
    /// The name that an event had before is another event's name.
    #[error(
        "rows of event `{name}` are {first} or {second}, which says `renamed_from(\"{name}\")`; \
         remove one of the two"
    )]
    FormerName {
        /// The stored name.
        name: String,
        /// The event that has the name, or had it too, with its place.
        first: String,
        /// The event that had the name before, with its place.
        second: String,
    },
    /// One stored name, two aggregates.
    #[error(
        "aggregate `{name}` is two types: {first} and {second}; give one another name with \
         `#[aggregate(name = \"..\")]`"
    )]
    TwoAggregates {
        /// The stored name.
        name: String,
        /// The one, with its place.
        first: String,
        /// The other, with its place.
        second: String,
    },
    /// One name, two projections.
    #[error(
        "projection `{name}` is two types, at {first} and {second}; give one another name with \
         `#[projection(name = \"..\")]`"
    )]
    TwoProjections {
        /// The name.
        name: String,
        /// The place of the one.
        first: String,
        /// The place of the other.
        second: String,
    },
}

crate::fault::debug_is_display!(RegistryError);

impl Registry {
    /// Sorts the entries, drops doubles, and finds every contradiction.
    ///
    /// # Errors
    /// All contradictions there are.
    pub fn new(mut all: Components) -> Result<Self, Vec<RegistryError>> {
        let mut problems = Vec::new();
        sort(&mut all);
        twice(
            &all.aggregates,
            |entry| entry.name,
            |first, second| {
                problems.push(RegistryError::TwoAggregates {
                    name: first.name.to_owned(),
                    first: placed((first.type_name)(), first.source),
                    second: placed((second.type_name)(), second.source),
                });
            },
        );
        twice(
            &all.events,
            |entry| (entry.name, entry.revision),
            |first, second| {
                problems.push(RegistryError::TwoEvents {
                    name: first.name.to_owned(),
                    revision: first.revision,
                    first: placed((first.type_name)(), first.source),
                    second: placed((second.type_name)(), second.source),
                });
            },
        );
        problems.extend(former_names(&all.events));
        twice(
            &all.commands,
            |entry| entry.name,
            |first, second| {
                problems.push(RegistryError::TwoHandlers {
                    name: first.name.to_owned(),
                    first: placed((first.handler)(), first.source),
                    second: placed((second.handler)(), second.source),
                });
            },
        );
        twice(
            &all.query_handlers,
            |entry| entry.query,
            |first, second| {
                problems.push(RegistryError::TwoAnswers {
                    name: first.query.to_owned(),
                    first: placed(first.handler, first.source),
                    second: placed(second.handler, second.source),
                });
            },
        );
        twice(
            &all.projections,
            |entry| entry.name,
            |first, second| {
                problems.push(RegistryError::TwoProjections {
                    name: first.name.to_owned(),
                    first: first.source.to_string(),
                    second: second.source.to_string(),
                });
            },
        );
        if problems.is_empty() { Ok(Self(all)) } else { Err(problems) }
    }

    /// The entries.
    #[must_use]
    pub fn components(&self) -> &Components {
        &self.0
    }

    /// True if nothing handles anything.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.commands.is_empty()
            && self.0.event_handlers.is_empty()
            && self.0.query_handlers.is_empty()
    }

    /// The lineages of all events that have been something else before, by their names today.
    pub(crate) fn lineages(&self) -> Vec<&'static Lineage> {
        let all = &self.0;
        let of_types = all.events.iter().map(|entry| entry.lineage);
        let folded = all.aggregates.iter().flat_map(|entry| entry.events).map(|it| it.lineage);
        let handled = all.event_handlers.iter().map(|entry| entry.lineage);
        let mut lineages: Vec<_> =
            of_types.chain(folded).chain(handled).filter(|lineage| lineage.has_past()).collect();
        lineages.sort_by_key(|lineage| (lineage.name, lineage.revision));
        lineages.dedup_by_key(|lineage| (lineage.name, lineage.revision));
        lineages
    }

    pub(crate) fn commands_by_name(&self) -> HashMap<&'static str, CommandEntry> {
        self.0.commands.iter().map(|entry| (entry.name, *entry)).collect()
    }
}

/// Sorts the entries and drops doubles.
fn sort(all: &mut Components) {
    all.aggregates.sort_by_key(|entry| (entry.name, entry.source));
    all.aggregates.dedup_by_key(|entry| (entry.name, (entry.type_id)()));
    all.events.sort_by_key(|entry| (entry.name, entry.revision, entry.source));
    all.events.dedup_by_key(|entry| (entry.name, entry.revision, entry.source));
    all.commands.sort_by_key(|entry| (entry.name, entry.source));
    all.commands.dedup_by_key(|entry| (entry.name, (entry.handler_id)(), entry.source));
    all.projections.sort_by_key(|entry| (entry.name, entry.source));
    all.projections.dedup_by_key(|entry| (entry.name, (entry.type_id)()));
    // Within one processor handlers run in the order of the source.
    all.event_handlers.sort_by_key(|entry| (entry.owner, entry.source, entry.event));
    all.event_handlers.dedup_by_key(|entry| (entry.owner, entry.source, entry.event));
    all.query_handlers.sort_by_key(|entry| (entry.query, entry.source));
    all.query_handlers.dedup_by_key(|entry| (entry.query, entry.source));
}

/// Rows under a name that two events claim would be now the one, now the other.
fn former_names(events: &[EventEntry]) -> Vec<RegistryError> {
    let claims = |event: &EventEntry, name: &str| {
        event.name == name || event.lineage.renamed_from.contains(&name)
    };
    let mut problems = Vec::new();
    for second in events {
        for name in second.lineage.renamed_from {
            let other = events.iter().find(|it| it.name != second.name && claims(it, name));
            // Two that were renamed from one are told once.
            let first = other.filter(|it| it.name == *name || it.name < second.name);
            problems.extend(first.map(|first| RegistryError::FormerName {
                name: (*name).to_owned(),
                first: placed((first.type_name)(), first.source),
                second: placed((second.type_name)(), second.source),
            }));
        }
    }
    problems
}

fn placed(name: &str, source: Source) -> String {
    format!("`{name}` ({source})")
}

fn twice<T, K: PartialEq>(entries: &[T], key: impl Fn(&T) -> K, mut found: impl FnMut(&T, &T)) {
    for pair in entries.windows(2) {
        if let [first, second] = pair
            && key(first) == key(second)
        {
            found(first, second);
        }
    }
}
