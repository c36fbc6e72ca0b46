//! The log's contract: what an engine promises, and the shapes that go in and out.
//!
//! An append is one batch, all or nothing. A place in the engine's bounded queue is reserved
//! *before* a command is decided, so that handing the batch over is one synchronous step: batches
//! enter the queue in the order in which they were decided, whatever the executor polls first, and
//! a dropped future cannot lose one. The answer comes later, when the batch is durable.
//!
//! Batches hold as if they ran one after another in queue order: a batch sees everything that was
//! accepted before it in the same group. A batch decided on state that was not yet durable names
//! the batches it rests on ([`Append::decided_on`]); if one of those was undone, so is it, whatever
//! its version number says. A batch that stores nothing may be judged before those that are queued
//! and not yet durable, if it rests on none of them ([`Glance`]).
//!
//! Rejected alternatives: `async fn append` (does nothing until polled, so the order would depend
//! on polls), version numbers alone as proof (they do not notice that the predecessor failed and
//! somebody else took its number), clocks or `max(position)` as a reader's cursor (they skip events
//! that commit late).

mod append;
mod capabilities;
mod criteria;
mod error;
mod fate;
mod glance;
pub mod group;
pub mod judge;
mod memory;
mod permit;
mod queue;
mod read;
mod snapshot;
mod token;
mod window;

pub(crate) use append::AnyEvent;
pub use append::{
    Append, Condition, DeadlineChange, Expectation, Expected, NewEvent, RememberedCommand,
};
pub use capabilities::Capabilities;
pub use criteria::{Criteria, Criterion, Filter, Marker};
pub use error::{AppendError, ReadError};
pub use fate::BatchFate;
pub use glance::Glance;
pub use memory::MemoryLog;
pub use permit::{Appended, Committed, DirectAppend, Permit};
pub use queue::{AppendQueue, AppendReceiver, QueuedAppend};
pub use read::{Page, StreamVersion, Visit};
pub use snapshot::{Snapshot, SnapshotStore};
pub use token::{CommitToken, LogId, ParseTokenError};
pub use window::CommandWindow;

use std::time::Instant;

use async_trait::async_trait;
use tokio::sync::watch;

use crate::event::{CommandId, Partition, Position, Sequence, StreamId, Tenant, Timestamp};

/// The default limit of one event's payload: 1 MiB.
pub const DEFAULT_PAYLOAD_LIMIT_BYTES: usize = 1024 * 1024;

/// The log: appends batches of events, and reads them by stream, by criteria and by position.
///
/// `store/memory.rs` is the readable specification, `testing::contract` the executable one; an
/// engine passes it with one call.
#[async_trait]
pub trait EventStore: CommandMemory + SnapshotStore + Send + Sync + 'static {
    /// The log's random identity, given when it was created and never changed.
    fn identity(&self) -> LogId;

    /// What this engine can do; asked when an application starts.
    fn capabilities(&self) -> Capabilities;

    /// Takes a place in the bounded queue if one is free: [`EventStore::reserve`] without a wait.
    ///
    /// # Errors
    /// `Overloaded` when none is free, `Closed` after [`EventStore::close`].
    fn try_reserve(&self) -> Result<Permit, AppendError>;

    /// Takes a place in the bounded queue, waiting for one until the deadline.
    ///
    /// # Errors
    /// `Overloaded` when no place was free in time, `Closed` after [`EventStore::close`].
    ///
    /// # Cancel safety
    /// Dropping the future, or the permit, gives the place back.
    async fn reserve(&self, deadline: Option<Instant>) -> Result<Permit, AppendError>;

    /// Reads one stream in order, from a sequence on, as a consistent prefix.
    ///
    /// `visit` sees each event and may stop; the answer is the stream's version when the read
    /// began, or later.
    ///
    /// # Errors
    /// The log cannot be read, or an event fails its checksum.
    async fn read_stream(
        &self,
        stream: &StreamId,
        from: Sequence,
        visit: &mut Visit<'_>,
    ) -> Result<StreamVersion, ReadError>;

    /// Reads the events that match, in order of position, and gives the marker of that one
    /// snapshot, also when nothing matches.
    ///
    /// # Errors
    /// The log cannot be read, or the engine has no tag conditions.
    async fn source(
        &self,
        tenant: &Tenant,
        criteria: &Criteria,
        after: Marker,
        visit: &mut Visit<'_>,
    ) -> Result<Marker, ReadError>;

    /// Reads a partition in order of position: events beyond `after`, at most `limit`.
    ///
    /// Positions that are not yet readable are never passed over: the page ends before them. With a
    /// filter an engine may end a page early, even an empty one, so that one read never takes long:
    /// there is more as long as [`Page::up_to`] is before [`Page::head`].
    ///
    /// # Errors
    /// The log cannot be read, or an event fails its checksum.
    async fn read(
        &self,
        partition: Partition,
        after: Position,
        filter: &Filter,
        limit: usize,
    ) -> Result<Page, ReadError>;

    /// The last readable position of a partition; 0 when it is empty.
    ///
    /// # Errors
    /// The log cannot be read.
    async fn head(&self, partition: Partition) -> Result<Position, ReadError>;

    /// The first position recorded at the moment or later; `None` when there is none yet.
    ///
    /// # Errors
    /// The log cannot be read.
    async fn position_at(
        &self,
        partition: Partition,
        moment: Timestamp,
    ) -> Result<Option<Position>, ReadError>;

    /// Wakes readers: changes whenever there may be more to read than the value says.
    ///
    /// Commits of other processes wake readers too, within an engine's polling interval, and so
    /// does [`EventStore::close`], after which reading answers `Closed`.
    fn committed(&self) -> watch::Receiver<Position>;

    /// Stops taking batches, finishes the queued ones, and releases what is open. Places reserved
    /// before and used after it are answered `Closed`. Closing twice is closing once.
    async fn close(&self);
}

/// What the log remembers of commands that stored something, written in the append's transaction.
#[async_trait]
pub trait CommandMemory: Send + Sync {
    /// Looks a command id up: a commit in flight is awaited.
    ///
    /// # Errors
    /// The log cannot be read.
    async fn remembered(
        &self,
        tenant: &Tenant,
        id: CommandId,
    ) -> Result<Option<RememberedCommand>, ReadError>;
}
