//! Turns registered handlers into processors and a query gateway.

use std::any::TypeId;
use std::collections::BTreeMap;
use std::future::poll_fn;
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use super::StartError;
use crate::context::{Needs, Resources};
use crate::event::{Clock, Position};
use crate::projection::{
    CaughtUpError, Deadline, Processor, ProcessorError, ProcessorPlan, Projection, ReadSide,
    Stores, ViewVersions,
};
use crate::query::{QueryGateway, QueryRoute};
use crate::registry::{Components, EventHandlerEntry, QueryHandlerEntry, Registry};
use crate::store::EventStore;

pub use crate::projection::ProjectionHandle;

/// The running processors of an application.
pub(super) struct Projections {
    stores: Stores,
    processors: Vec<Processor>,
    routes: Vec<QueryRoute>,
}

impl Projections {
    /// Starts every processor. When this returns, each has a token: no event of a command sent
    /// afterwards is missed.
    pub(super) async fn start(
        registry: &Registry,
        log: &Arc<dyn EventStore>,
        read_side: &Arc<dyn ReadSide>,
        resources: &Arc<Resources>,
        handler_time: Duration,
    ) -> Result<Self, StartError> {
        let components = registry.components();
        let plans = plans(components)?;
        let routes = components.query_handlers.iter().map(|entry| route(entry, &plans));
        let routes = routes.collect::<Result<_, _>>()?;
        let stores = Stores {
            log: Arc::clone(log),
            read_side: Arc::clone(read_side),
            resources: Arc::clone(resources),
        };
        let mut processors = Vec::with_capacity(plans.len());
        for Planned { plan, .. } in plans {
            let plan = plan.handler_time(handler_time);
            processors.push(Processor::start(plan, stores.clone()).await?);
        }
        Ok(Self { stores, processors, routes })
    }

    /// The way in for queries.
    pub(super) fn queries(&self, clock: &Arc<dyn Clock>) -> QueryGateway {
        let Stores { read_side, resources, .. } = self.stores.clone();
        QueryGateway::new(read_side, resources, Arc::clone(clock), self.routes.iter().cloned())
    }

    /// The processor of a projection.
    pub(super) fn handle<P: Projection>(&self) -> ProjectionHandle {
        let mut handles = self.processors.iter().map(Processor::handle);
        let handle = handles.find(|handle| handle.status().processor == P::PROCESSOR);
        handle.unwrap_or_else(|| ProjectionHandle::absent(P::PROCESSOR))
    }

    /// Every processor.
    pub(super) fn handles(&self) -> impl Iterator<Item = ProjectionHandle> {
        self.processors.iter().map(Processor::handle)
    }

    /// Waits for every processor, side by side, until it has handled everything up to a position.
    pub(super) async fn reached(
        &self,
        wanted: Position,
        deadline: Deadline,
    ) -> Result<(), CaughtUpError> {
        let handles: Vec<_> = self.handles().collect();
        let mut waiting: Vec<_> =
            handles.iter().map(|handle| Box::pin(handle.reached(wanted, deadline))).collect();
        let mut errors = Vec::new();
        poll_fn(|context| {
            waiting.retain_mut(|one| match one.as_mut().poll(context) {
                Poll::Pending => true,
                Poll::Ready(reached) => {
                    errors.extend(reached.err());
                    false
                }
            });
            // Once one is late, the others end too: in time, or late themselves.
            let is_late = |error: &_| matches!(error, CaughtUpError::TimedOut { .. });
            let is_over = waiting.is_empty() || !errors.iter().all(is_late);
            if is_over { Poll::Ready(()) } else { Poll::Pending }
        })
        .await;
        match errors.len() {
            0 | 1 => errors.pop().map_or(Ok(()), Err),
            _ => Err(CaughtUpError::Several { errors }),
        }
    }

    /// Stops processors after the event each is handling; false if one was not done in time.
    pub(super) async fn stop(
        &self,
        which: impl Fn(&Processor) -> bool,
        until: tokio::time::Instant,
    ) -> bool {
        let stopping: Vec<_> = self.processors.iter().filter(|it| which(it)).collect();
        stopping.iter().for_each(|processor| processor.stop());
        let mut all = true;
        for processor in stopping {
            all &= processor.stopped(until.into_std()).await;
        }
        all
    }
}

struct Planned {
    plan: ProcessorPlan,
    projections: Vec<TypeId>,
}

fn plans(components: &Components) -> Result<Vec<Planned>, ProcessorError> {
    let mut used = UsedViews::default();
    let mut groups: BTreeMap<&str, Vec<_>> = BTreeMap::new();
    for projection in &components.projections {
        groups.entry(projection.processor).or_default().push(*projection);
    }
    let mut plans = Vec::new();
    for (processor, projections) in groups {
        let owners: Vec<_> = projections.iter().map(|entry| (entry.type_id)()).collect();
        let handlers: Vec<_> =
            owners.iter().flat_map(|owner| handlers_of(components, *owner)).collect();
        if !handlers.is_empty() {
            used.by(processor, &handlers)?;
            let plan = ProcessorPlan::of_projections(processor, &projections, handlers)?;
            plans.push(Planned { plan, projections: owners });
        }
    }
    let mut reactions: BTreeMap<&str, Vec<_>> = BTreeMap::new();
    let free = components.event_handlers.iter().filter(|entry| entry.projection.is_none());
    free.for_each(|entry| reactions.entry(entry.owner).or_default().push(*entry));
    for (owner, handlers) in reactions {
        if plans.iter().any(|planned| planned.plan.name() == owner) {
            return Err(ProcessorError::TwoProcessors { processor: owner.to_owned() });
        }
        used.by(owner, &handlers)?;
        let plan = ProcessorPlan::of_reaction(owner, handlers)?;
        plans.push(Planned { plan, projections: Vec::new() });
    }
    Ok(plans)
}

/// Which processor's event handlers use which view, and the first of them.
#[derive(Default)]
struct UsedViews<'a>(BTreeMap<&'static str, (&'a str, EventHandlerEntry)>);

impl<'a> UsedViews<'a> {
    /// Fails if a view is another processor's: it would be two tables, and a query finds one.
    fn by(
        &mut self,
        processor: &'a str,
        handlers: &[EventHandlerEntry],
    ) -> Result<(), ProcessorError> {
        for handler in handlers {
            let mut needs = Needs::default();
            (handler.needs)(&mut needs);
            for view in needs.views {
                let (owner, first) = *self.0.entry(view.name).or_insert((processor, *handler));
                if owner != processor {
                    let (first, second) = (describe(&first), describe(handler));
                    return Err(ProcessorError::SharedView { view: view.name, first, second });
                }
            }
        }
        Ok(())
    }
}

fn describe(handler: &EventHandlerEntry) -> String {
    let EventHandlerEntry { owner, handler, source, .. } = handler;
    format!("`{handler}` of `{owner}` ({source})")
}

fn handlers_of(
    components: &Components,
    owner: TypeId,
) -> impl Iterator<Item = EventHandlerEntry> + '_ {
    let handlers = components.event_handlers.iter().copied();
    handlers.filter(move |entry| entry.projection.is_some_and(|projection| projection() == owner))
}

/// Finds the tables that a query handler reads: those of its own projection's processor first.
fn route(entry: &QueryHandlerEntry, plans: &[Planned]) -> Result<QueryRoute, ProcessorError> {
    let owner = entry.projection.map(|projection| projection());
    let own = plans.iter().find(|plan| owner.is_some_and(|id| plan.projections.contains(&id)));
    let mut needs = Needs::default();
    (entry.needs)(&mut needs);
    let mut views = Vec::new();
    let mut home = own;
    for view in &needs.views {
        let mut able = own.into_iter().chain(plans).filter(|it| it.plan.has_view(view));
        let Some(planned) = able.next() else {
            return Err(ProcessorError::NoTable {
                handler: entry.handler,
                place: entry.source.to_string(),
                view: view.name,
            });
        };
        home = home.or(Some(planned));
        views.push((view.name, planned.plan.version_shared()));
    }
    let by_hand = || plans.iter().find(|planned| planned.plan.is_by_hand());
    let home = home.or_else(|| by_hand().filter(|_| needs.sql_by_hand));
    Ok(QueryRoute {
        entry: *entry,
        version: home.map_or_else(|| Arc::from(""), |planned| planned.plan.version_shared()),
        views: views.into_iter().collect::<ViewVersions>(),
    })
}
