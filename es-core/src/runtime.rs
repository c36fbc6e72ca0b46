//! What a running application shares: the log, live aggregates, handlers, resources, limits.

use std::any::{Any, TypeId, type_name};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use foldhash::HashMap;
use tokio::sync::Notify;

use crate::aggregate::{Aggregate, Cells};
use crate::command::{Interceptors, Running};
use crate::context::Resources;
use crate::event::Clock;
use crate::registry::CommandEntry;
use crate::store::EventStore;

/// A running application as commands see it. Cloning is cheap and shares everything.
#[derive(Clone)]
pub struct Runtime(Arc<Shared>);

pub(crate) struct Shared {
    pub(crate) store: Arc<dyn EventStore>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) resources: Arc<Resources>,
    pub(crate) aggregates: HashMap<TypeId, Box<dyn Any + Send + Sync>>,
    /// The stored names of the aggregates.
    pub(crate) aggregate_names: Vec<&'static str>,
    pub(crate) commands: HashMap<&'static str, CommandEntry>,
    pub(crate) limits: Limits,
    pub(crate) interceptors: Interceptors,
    /// The keys of metadata that go on to what handlers send, beside the framework's own.
    pub(crate) propagated: Vec<String>,
    /// The log's limit, asked once.
    pub(crate) payload_limit_bytes: usize,
    pub(crate) admission: Admission,
    /// Free commands sent under an id from outside.
    pub(crate) running: Arc<Running>,
}

/// The limits of one application's handlers.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Live aggregates kept per type; idle ones beyond it are forgotten.
    pub live_aggregates: usize,
    /// How often one command is decided again after conflicts of its own.
    pub conflict_retries: u32,
    /// How long an asynchronous handler of a command or an event may take.
    pub handler_time: Duration,
    /// How deep commands may be nested: handlers send commands whose handlers send further ones.
    /// A deeper one is refused with a [`Fault`](crate::fault::Fault) that says so.
    ///
    /// Each takes space on the stack, the more the more interceptors there are. The default leaves
    /// room on a thread of Tokio's also in a debug build; who needs more gives threads more
    /// (`tokio::runtime::Builder::thread_stack_size`).
    pub nested_commands: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            live_aggregates: 10_000,
            conflict_retries: 10,
            handler_time: Duration::from_secs(30),
            nested_commands: 10,
        }
    }
}

impl Runtime {
    pub(crate) fn new(shared: Shared) -> Self {
        Self(Arc::new(shared))
    }

    pub(crate) fn shared(&self) -> &Shared {
        &self.0
    }

    pub(crate) fn is_dispatch_intercepted(&self) -> bool {
        !self.0.interceptors.dispatch.is_empty()
    }

    /// The live aggregates of a type, if it is part of the application.
    pub(crate) fn cells<A: Aggregate>(&self) -> Result<&Cells<A>, String> {
        let cells = self.0.aggregates.get(&TypeId::of::<A>());
        let type_name = type_name::<A>();
        cells.and_then(|cells| cells.downcast_ref()).ok_or_else(|| {
            format!(
                "aggregate `{}` is not part of this application; add `.with::<{type_name}>()`, or \
                 `.only::<{type_name}>()` where `.only` is",
                A::NAME,
            )
        })
    }
}

tokio::task_local! {
    /// The application whose handler this task runs.
    static HANDLING: Arc<Resources>;
}

/// Runs a handler that awaits. What it sends is taken also while its application shuts down,
/// through whichever gateway.
pub(crate) fn handling<T>(
    application: &Arc<Resources>,
    handler: impl Future<Output = T>,
) -> impl Future<Output = T> {
    HANDLING.scope(Arc::clone(application), handler)
}

/// Who may come in, and how many are inside.
#[derive(Debug, Default)]
pub(crate) struct Admission {
    closing: AtomicBool,
    inside: AtomicUsize,
    empty: Notify,
}

/// The runtime for somebody who was let in; dropping it lets him out.
pub(crate) struct Ticket(Runtime);

impl std::ops::Deref for Ticket {
    type Target = Runtime;

    fn deref(&self) -> &Runtime {
        &self.0
    }
}

impl Runtime {
    /// Lets a command in, unless the application is shutting down and it is sent from outside.
    pub(crate) fn admit(&self) -> Option<Ticket> {
        let admission = &self.0.admission;
        // Counted first: a closing that sees the count at zero can rely on nobody coming in. The
        // event handlers, who still may, have ended by then.
        admission.inside.fetch_add(1, Ordering::SeqCst);
        let ticket = Ticket(self.clone());
        if admission.closing.load(Ordering::SeqCst) && !self.is_handling() {
            return None;
        }
        Some(ticket)
    }

    fn is_handling(&self) -> bool {
        let is_own = |application: &Arc<_>| Arc::ptr_eq(application, &self.0.resources);
        HANDLING.try_with(is_own).unwrap_or(false)
    }

    /// Lets something in that belongs to a command that is inside.
    pub(crate) fn stay(&self) -> Ticket {
        self.0.admission.inside.fetch_add(1, Ordering::SeqCst);
        Ticket(self.clone())
    }

    /// Lets nobody in from now on.
    pub(crate) fn close(&self) {
        self.0.admission.closing.store(true, Ordering::SeqCst);
    }

    /// Waits until everybody is out.
    pub(crate) async fn drained(&self) {
        let admission = &self.0.admission;
        loop {
            let mut emptied = std::pin::pin!(admission.empty.notified());
            emptied.as_mut().enable();
            if admission.inside.load(Ordering::SeqCst) == 0 {
                return;
            }
            emptied.await;
        }
    }
}

impl Drop for Ticket {
    fn drop(&mut self) {
        let admission = &self.0.0.admission;
        // Nobody waits before the closing, and who waits after it looks at the count first.
        if admission.inside.fetch_sub(1, Ordering::SeqCst) == 1
            && admission.closing.load(Ordering::SeqCst)
        {
            admission.empty.notify_waiters();
        }
    }
}
