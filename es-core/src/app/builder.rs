use std::any::TypeId;
use std::sync::Arc;

use foldhash::HashMap;

use super::error::{Problem, StartError};
use super::projections::Projections;
use super::{App, check};
use crate::bus::EventBus;
use crate::command::{DispatchInterceptor, HandlingInterceptor, Interceptors, Registered};
use crate::context::Resources;
use crate::event::{Clock, SystemClock};
use crate::projection::{MemoryReadSide, ReadSide};
use crate::registry::{Component, Components, IntoStore, OpenError, OpenedStores, Registry};
use crate::runtime::{Limits, Runtime, Shared};
use crate::store::MemoryLog;

/// Puts an application together. Mistakes are collected and told by [`AppBuilder::start`].
pub struct AppBuilder {
    store: Option<OpenStore>,
    read_side: Option<Arc<dyn ReadSide>>,
    clock: Arc<dyn Clock>,
    resources: Resources,
    by_hand: Components,
    only: Option<Components>,
    expected: Vec<String>,
    limits: Limits,
    interceptors: Interceptors,
    propagated: Vec<String>,
}

// Opening blocks on files, so it waits for `start`.
type OpenStore = Box<dyn FnOnce(&Arc<dyn Clock>) -> Result<OpenedStores, OpenError> + Send>;

impl AppBuilder {
    pub(super) fn new() -> Self {
        Self {
            store: None,
            read_side: None,
            clock: Arc::new(SystemClock),
            resources: Resources::default(),
            by_hand: Components::default(),
            only: None,
            expected: Vec::new(),
            limits: Limits::default(),
            interceptors: Interceptors::default(),
            propagated: Vec::new(),
        }
    }

    pub(super) fn in_memory() -> Self {
        let mut builder = Self::new();
        builder.store = Some(Box::new(|clock| {
            let log = MemoryLog::with_clock(Arc::clone(clock));
            Ok(OpenedStores { log: Arc::new(log), read_side: None })
        }));
        builder
    }

    /// Keeps events in this log: a URL such as `sqlite:data/orders.db`, or an engine's own value.
    #[must_use]
    pub fn store(mut self, store: impl IntoStore) -> Self {
        let store = store.into_store();
        self.store = Some(Box::new(|_| store.open()));
        self
    }

    /// Keeps views in this read side instead of the one that belongs to the store.
    #[must_use]
    pub fn read_side(mut self, read_side: Arc<dyn ReadSide>) -> Self {
        self.read_side = Some(read_side);
        self
    }

    /// Adds an aggregate, a projection, a free handler by its function's name, or a tuple of such,
    /// and makes sure its crate is linked.
    #[must_use]
    pub fn with<C: Component>(mut self) -> Self {
        C::register(&mut self.by_hand);
        self
    }

    /// Runs these aggregates, projections and free handlers and nothing else, whatever is linked.
    /// Given more than once, it adds; an aggregate brings its own handlers along.
    #[must_use]
    pub fn only<C: Component>(mut self) -> Self {
        let only = self.only.get_or_insert_with(Components::default);
        C::register(only);
        C::register(&mut self.by_hand);
        self
    }

    /// Refuses to start unless aggregates with these stored names are linked.
    #[must_use]
    pub fn expects<S: Into<String>>(mut self, names: impl IntoIterator<Item = S>) -> Self {
        self.expected.extend(names.into_iter().map(Into::into));
        self
    }

    /// Provides a resource for `Inject<T>` parameters; name a trait to provide a trait object.
    #[must_use]
    pub fn provide<T: ?Sized + Send + Sync + 'static>(mut self, resource: Arc<T>) -> Self {
        self.resources.provide(resource);
        self
    }

    /// Takes the time from this clock, in tests a [`StillClock`](crate::event::StillClock).
    #[must_use]
    pub fn clock(mut self, clock: Arc<dyn Clock>) -> Self {
        self.clock = clock;
        self
    }

    /// Changes the limits of handlers.
    #[must_use]
    pub fn limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// Runs this around every send, within those that were given before it.
    #[must_use]
    pub fn dispatch_interceptor(mut self, interceptor: impl DispatchInterceptor) -> Self {
        self.interceptors.dispatch.push(Registered::dispatch(interceptor));
        self
    }

    /// Runs this around every decision of a command handler, within those that were given before
    /// it.
    #[must_use]
    pub fn handling_interceptor(mut self, interceptor: impl HandlingInterceptor) -> Self {
        self.interceptors.handling.push(Registered::handling(interceptor));
        self
    }

    /// Copies these keys of a command's metadata to everything that its handler sends, beside the
    /// conversation's id, the tenant and the trace context.
    #[must_use]
    pub fn propagate<S: Into<String>>(mut self, keys: impl IntoIterator<Item = S>) -> Self {
        self.propagated.extend(keys.into_iter().map(Into::into));
        self
    }

    /// Checks everything, opens the stores, starts the processors, and lets commands in.
    ///
    /// # Errors
    /// Everything that is wrong, at once: contradictions between handlers (with both places in
    /// the source), resources nobody provided, stores that cannot be opened.
    ///
    /// # Cancel safety
    /// Dropping the future starts no application; the stores can be opened again.
    pub async fn start(self) -> Result<App, StartError> {
        let mut components = Components::linked();
        components.extend(self.by_hand);
        if let Some(only) = &self.only {
            components.only(only);
        }
        let registry = Registry::new(components).map_err(|errors| StartError {
            problems: errors.into_iter().map(Problem::from).collect(),
        })?;
        let method = if self.only.is_some() { "only" } else { "with" };
        let mut problems = check::problems(&registry, &self.expected, &self.resources, method);
        let Some(open) = self.store else {
            problems.push(Problem::NoStore);
            return Err(StartError { problems });
        };
        if !problems.is_empty() {
            return Err(StartError { problems });
        }
        let clock = self.clock;
        let opening = tokio::task::spawn_blocking({
            let clock = Arc::clone(&clock);
            move || open(&clock)
        });
        let opened = opening.await.unwrap_or_else(|panic| {
            std::panic::resume_unwind(panic.into_panic());
        })?;
        let problems = check::beyond(&registry, opened.log.capabilities());
        if !problems.is_empty() {
            return Err(StartError { problems });
        }
        let read_side =
            self.read_side.or(opened.read_side).unwrap_or_else(|| Arc::new(MemoryReadSide::new()));
        let registry = Arc::new(registry);
        let resources = Arc::new(self.resources);
        let time = self.limits.handler_time;
        let projections =
            Projections::start(&registry, &opened.log, &read_side, &resources, time).await?;
        let queries = projections.queries(&clock);
        let bus = EventBus::new(Arc::clone(&opened.log), registry.lineages());
        let payload_limit_bytes = opened.log.capabilities().payload_limit_bytes;
        let runtime = Runtime::new(Shared {
            aggregates: cells(&registry),
            aggregate_names: registry.components().aggregates.iter().map(|it| it.name).collect(),
            commands: registry.commands_by_name(),
            store: opened.log,
            clock,
            resources,
            limits: self.limits,
            interceptors: self.interceptors,
            propagated: self.propagated,
            payload_limit_bytes,
            admission: Default::default(),
            running: Default::default(),
        });
        Ok(App { runtime, registry, read_side, projections, queries, bus })
    }
}

fn cells(registry: &Registry) -> HashMap<TypeId, Box<dyn std::any::Any + Send + Sync>> {
    let aggregates = &registry.components().aggregates;
    aggregates.iter().map(|entry| ((entry.type_id)(), (entry.cells)())).collect()
}
