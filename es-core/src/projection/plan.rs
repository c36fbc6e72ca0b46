use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use super::{ProcessorError, TokenKey, ViewSchema, batch::ViewVersions, schema_hash};
use crate::context::Needs;
use crate::event::{CodecError, Lineage, Partition, RecordedEvent, upcast};
use crate::registry::{EventHandlerEntry, ProjectionEntry};
use crate::runtime::Limits;
use crate::store::Filter;

/// Where a processor without a token begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StartAt {
    /// At the log's first event; projections do.
    Beginning,
    /// Behind the log's last event; reactions do, which must not repeat old effects.
    Head,
}

/// What one processor runs: the handlers of one processing group.
///
/// The asynchronous handlers of an event come before the plain ones, which are in the order of
/// registration: while one awaits a mail server, nothing of its event is written yet.
#[derive(Clone)]
pub struct ProcessorPlan {
    pub(crate) name: String,
    pub(crate) version: Arc<str>,
    pub(crate) start_at: StartAt,
    pub(crate) views: Vec<ViewSchema>,
    pub(crate) by_hand: bool,
    pub(crate) handler_time: Duration,
    handlers: HashMap<&'static str, Vec<EventHandlerEntry>>,
    names: Vec<&'static str>,
    /// Of events that have been something else before.
    lineages: Vec<&'static Lineage>,
}

impl ProcessorPlan {
    /// Plans a processor of the projections that name it, with all their event handlers.
    ///
    /// Its version covers the projections' names, declared versions and view shapes: when one of
    /// them changes, the processor starts anew, with tables of its own.
    ///
    /// # Errors
    /// Two views share a name.
    pub fn of_projections(
        name: &str,
        projections: &[ProjectionEntry],
        handlers: Vec<EventHandlerEntry>,
    ) -> Result<Self, ProcessorError> {
        let mut plan = Self::of_reaction(name, handlers)?;
        plan.start_at = StartAt::Beginning;
        plan.version = version(name, projections, &plan.views).into();
        Ok(plan)
    }

    /// Plans a processor of free functions, which begins at the head.
    ///
    /// # Errors
    /// Two views share a name.
    pub fn of_reaction(
        name: &str,
        handlers: Vec<EventHandlerEntry>,
    ) -> Result<Self, ProcessorError> {
        let (views, by_hand) = needs(name, &handlers)?;
        let mut lineages: Vec<_> = handlers.iter().map(|handler| handler.lineage).collect();
        let mut names: Vec<_> = lineages.iter().flat_map(|lineage| lineage.names()).collect();
        names.sort_unstable();
        names.dedup();
        lineages.retain(|lineage| lineage.has_past());
        let mut by_event: HashMap<_, Vec<_>> = HashMap::new();
        for handler in handlers {
            by_event.entry(handler.event).or_default().push(handler);
        }
        by_event.values_mut().for_each(|handlers| handlers.sort_by_key(|it| !it.awaits()));
        Ok(Self {
            name: name.to_owned(),
            version: version(name, &[], &views).into(),
            start_at: StartAt::Head,
            views,
            by_hand,
            handler_time: Limits::default().handler_time,
            handlers: by_event,
            names,
            lineages,
        })
    }

    /// Changes how long an asynchronous handler may take; then it fails, and its event with it.
    #[must_use]
    pub fn handler_time(mut self, limit: Duration) -> Self {
        self.handler_time = limit;
        self
    }

    /// The processor's name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The processor's version.
    #[must_use]
    pub fn version(&self) -> &str {
        &self.version
    }

    pub(crate) fn version_shared(&self) -> Arc<str> {
        Arc::clone(&self.version)
    }

    pub(crate) fn has_view(&self, view: &ViewSchema) -> bool {
        self.views.contains(view)
    }

    pub(crate) fn is_by_hand(&self) -> bool {
        self.by_hand
    }

    fn handlers_of(&self, event: &str) -> &[EventHandlerEntry] {
        self.handlers.get(event).map_or(&[], Vec::as_slice)
    }

    /// The handlers of an event, each with the event.
    pub(super) fn calls<'a>(
        &'a self,
        event: &'a RecordedEvent,
    ) -> impl Iterator<Item = (&'a EventHandlerEntry, &'a RecordedEvent)> {
        self.handlers_of(&event.name).iter().map(move |handler| (handler, event))
    }

    /// True if a handler of what this row is read as may await what is outside.
    pub(crate) fn awaits(&self, row: &RecordedEvent) -> bool {
        let became = self.lineages.iter().filter(|it| it.reads(&row.name, row.revision));
        std::iter::once(&*row.name)
            .chain(became.map(|lineage| lineage.name))
            .any(|name| self.handlers_of(name).iter().any(EventHandlerEntry::awaits))
    }

    /// True if one of its handlers may await what is outside, and send commands.
    pub(crate) fn has_asynchronous(&self) -> bool {
        self.handlers.values().flatten().any(EventHandlerEntry::awaits)
    }

    /// The rows that a row is read as today; `None` if that is the row itself.
    pub(crate) fn upcast(
        &self,
        row: &RecordedEvent,
    ) -> Result<Option<Vec<RecordedEvent>>, CodecError> {
        upcast(self.lineages.iter().copied(), row)
    }

    /// Rows under every name that an event with a handler has had.
    pub(crate) fn filter(&self) -> Filter {
        Filter::names(self.names.iter().copied())
    }

    pub(crate) fn token_key(&self) -> TokenKey {
        TokenKey {
            processor: self.name.clone(),
            version: self.version.to_string(),
            segment: 0,
            partition: Partition::default(),
        }
    }

    pub(crate) fn view_versions(&self) -> ViewVersions {
        self.views.iter().map(|view| (view.name, Arc::clone(&self.version))).collect()
    }
}

fn needs(
    name: &str,
    handlers: &[EventHandlerEntry],
) -> Result<(Vec<ViewSchema>, bool), ProcessorError> {
    let mut views: Vec<ViewSchema> = Vec::new();
    let mut by_hand = false;
    for handler in handlers {
        let mut needs = Needs::default();
        (handler.needs)(&mut needs);
        by_hand |= needs.sql_by_hand;
        for view in needs.views {
            match views.iter().find(|known| known.name == view.name) {
                None => views.push(view),
                Some(known) if *known == view => {}
                Some(_) => {
                    let processor = name.to_owned();
                    return Err(ProcessorError::TwoViews { processor, view: view.name });
                }
            }
        }
    }
    // Not by order of handlers: moving a method must not rebuild a projection.
    views.sort_by_key(|view| view.name);
    Ok((views, by_hand))
}

/// `name@declared-hash`, where the hash covers everything whose change asks for a rebuild.
fn version(name: &str, projections: &[ProjectionEntry], views: &[ViewSchema]) -> String {
    let mut hash = schema_hash(0xcbf2_9ce4_8422_2325, "views");
    for view in views {
        hash = schema_hash(hash, view.name);
        hash = schema_hash(hash, &view.hash.to_string());
        hash = view.indexes.iter().fold(hash, |hash, index| schema_hash(hash, index));
    }
    let mut projections: Vec<_> = projections.iter().map(|p| (p.name, p.version)).collect();
    projections.sort_unstable();
    for (projection, declared) in &projections {
        hash = schema_hash(schema_hash(hash, projection), &declared.to_string());
    }
    let declared = projections.iter().map(|(_, declared)| *declared).max().unwrap_or(0);
    format!("{name}@{declared}-{hash:016x}")
}

#[cfg(test)]
mod tests {
    use std::any::TypeId;

    use super::*;
    use crate::registry::Source;

    const SUMMARY: ViewSchema = ViewSchema { name: "Summary", indexes: &["status"], hash: 7 };

    fn projection(name: &'static str, version: u32) -> ProjectionEntry {
        let source = Source { file: "here.rs", line: 1 };
        ProjectionEntry { name, processor: "p", version, type_id: TypeId::of::<()>, source }
    }

    #[test]
    fn a_version_changes_with_shape_and_declaration_and_not_with_order() {
        let (a, b) = (projection("a", 1), projection("b", 1));
        let first = version("p", &[a, b], &[SUMMARY]);
        assert_eq!(first, version("p", &[b, a], &[SUMMARY]));
        assert_ne!(first, version("p", &[a, projection("b", 2)], &[SUMMARY]));
        assert_ne!(first, version("p", &[a, b], &[ViewSchema { hash: 8, ..SUMMARY }]));
        assert_ne!(first, version("p", &[a, b], &[ViewSchema { indexes: &[], ..SUMMARY }]));
        assert_ne!(first, version("p", &[a], &[SUMMARY]));
        assert!(first.starts_with("p@1-"), "{first}");
    }
}
