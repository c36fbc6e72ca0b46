//! The application: puts the parts together, starts and stops them.
//!
//! [`App::builder`] collects stores, handlers and resources; [`AppBuilder::start`] checks all of it
//! at once, opens the stores, starts the processors, and only then lets commands in.
//! [`App::shutdown`] goes the other way round.
//!
//! The stores are named by a URL (`.store("sqlite:data/orders.db")`) or given as a value. Handlers
//! come from every linked crate; `.with::<Order>()` also makes sure that the crate is linked.

mod builder;
mod check;
mod error;
mod projections;

pub use builder::AppBuilder;
pub use error::{ShutdownError, StartError};
pub use projections::ProjectionHandle;

use std::sync::Arc;
use std::time::Duration;

use crate::aggregate::{Aggregate, ReadOnlyRepository};
use crate::bus::EventBus;
use crate::command::CommandGateway;
use crate::event::Partition;
use crate::projection::{CaughtUpError, Deadline, Processor, Projection, ReadSide, Status};
use crate::query::QueryGateway;
use crate::registry::{Description, Registry};
use crate::runtime::Runtime;
use crate::store::EventStore;
use crate::unit::EventGateway;

/// A running application.
///
/// Dropping it without [`App::shutdown`] stops the processors after the batch they are in; nothing
/// that was acknowledged is lost.
pub struct App {
    runtime: Runtime,
    registry: Arc<Registry>,
    read_side: Arc<dyn ReadSide>,
    projections: projections::Projections,
    queries: QueryGateway,
    bus: EventBus,
}

impl App {
    /// Begins to put an application together.
    #[must_use]
    pub fn builder() -> AppBuilder {
        AppBuilder::new()
    }

    /// Begins to put an application together that keeps everything in memory, for tests.
    #[must_use]
    pub fn test() -> AppBuilder {
        AppBuilder::in_memory()
    }

    /// The way in for commands.
    #[must_use]
    pub fn commands(&self) -> CommandGateway {
        CommandGateway::new(self.runtime.clone())
    }

    /// The way in for events that belong to no aggregate.
    #[must_use]
    pub fn event_gateway(&self) -> EventGateway {
        EventGateway::new(self.runtime.clone())
    }

    /// The way in for queries.
    #[must_use]
    pub fn queries(&self) -> QueryGateway {
        self.queries.clone()
    }

    /// Reads aggregates from the log, as they are or as they were.
    #[must_use]
    pub fn repository<A: Aggregate>(&self) -> ReadOnlyRepository<A> {
        ReadOnlyRepository::new(Arc::clone(self.log()))
    }

    /// A projection's processor: its status, and waiting until it has caught up.
    ///
    /// A projection that is not part of the application is told by the first call on the handle.
    #[must_use]
    pub fn projection<P: Projection>(&self) -> ProjectionHandle {
        self.projections.handle::<P>()
    }

    /// How every processor is doing, ordered by name.
    #[must_use]
    pub fn processors(&self) -> Vec<Status> {
        self.projections.handles().map(|handle| handle.status()).collect()
    }

    /// Waits until every processor, those of reactions included, has handled what is stored now:
    /// after a start, until read sides that were deleted are there again.
    ///
    /// Queries do not wait for it; [`App::projection`] waits for one projection.
    ///
    /// # Errors
    /// Those of [`ProjectionHandle::caught_up`]: at the deadline `TimedOut` of every processor that
    /// is behind; before it, as soon as waiting for one is in vain, of every one of which that is
    /// known. Where these are more than one, they are in `Several`. `Log` where the log cannot say
    /// how far it goes.
    ///
    /// # Cancel safety
    /// Dropping the future changes nothing.
    pub async fn caught_up(&self, deadline: impl Into<Deadline>) -> Result<(), CaughtUpError> {
        let deadline = deadline.into();
        let head = self.log().head(Partition::default()).await?;
        self.projections.reached(head, deadline).await
    }

    /// In-process subscribers of committed events.
    #[must_use]
    pub fn events(&self) -> &EventBus {
        &self.bus
    }

    /// The log itself.
    #[must_use]
    pub fn log(&self) -> &Arc<dyn EventStore> {
        &self.runtime.shared().store
    }

    /// Every handler with its place in the source.
    #[must_use]
    pub fn describe(&self) -> Description<'_> {
        self.registry.describe()
    }

    /// Stops the application: refuses new commands from outside, lets every asynchronous event
    /// handler finish with its event and every running command with what it does, stops the other
    /// processors after the event each is handling, and closes log and read side.
    ///
    /// What a running handler sends is taken, an asynchronous event handler's too, and through
    /// whichever gateway. From a task that it has spawned it is taken through its own gateway only.
    ///
    /// # Errors
    /// Commands, processors or subscribers' events were still on their way when the time was up.
    /// Nothing that was acknowledged is lost then either.
    ///
    /// # Cancel safety
    /// Dropping the future is dropping the application: nothing that was acknowledged is lost.
    pub async fn shutdown(self, within: Duration) -> Result<(), ShutdownError> {
        let until = tokio::time::Instant::now() + within;
        let store = Arc::clone(self.log());
        self.runtime.close();
        // First, because what they send is taken: commands end only after them. The others stay for
        // commands that wait for a projection.
        let mut stopped = self.projections.stop(Processor::may_send, until).await;
        let is_drained = tokio::time::timeout_at(until, self.runtime.drained()).await.is_ok();
        stopped &= self.projections.stop(|_| true, until).await;
        let is_told = self.bus.close(until).await;
        self.queries.close();
        let closed = tokio::time::timeout_at(until, async {
            store.close().await;
            self.read_side.close().await;
        })
        .await;
        let late = [
            (!is_drained, "commands"),
            (!stopped, "processors"),
            (!is_told, "the event bus"),
            (closed.is_err(), "the log"),
        ];
        let late: Vec<_> = late.iter().filter(|(late, _)| *late).map(|(_, what)| *what).collect();
        if late.is_empty() { Ok(()) } else { Err(ShutdownError { within, late }) }
    }
}
