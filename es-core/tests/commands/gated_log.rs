//! A log whose writer waits at a gate: the test decides when the next batch is written, or fails.

use std::sync::mpsc;
use std::time::Instant;

use async_trait::async_trait;
use es_core::event::{CommandId, Partition, Position, Sequence, StreamId, Tenant, Timestamp};
use es_core::store::group::{
    Accepted, CommitError, GroupEngine, GroupError, GroupLimits, Resolution, WriteError,
    write_groups,
};
use es_core::store::{
    Append, AppendError, AppendQueue, Capabilities, CommandMemory, Committed, Criteria, EventStore,
    Filter, LogId, Marker, MemoryLog, Page, Permit, ReadError, RememberedCommand, Snapshot,
    SnapshotStore, StreamVersion, Visit,
};
use tokio::sync::watch;

/// The log that the application uses.
pub struct GatedLog {
    pub inner: MemoryLog,
    queue: AppendQueue,
}

/// The test's hand on the gate.
pub struct Gate(mpsc::Sender<bool>);

impl Gate {
    /// Lets the next `count` batches through.
    pub fn let_through(&self, count: usize) {
        (0..count).for_each(|_| self.0.send(true).expect("the writer runs"));
    }

    /// Fails the next batch.
    pub fn fail_one(&self) {
        self.0.send(false).expect("the writer runs");
    }
}

struct GatedEngine {
    inner: MemoryLog,
    gate: mpsc::Receiver<bool>,
}

impl GatedLog {
    pub fn new() -> (Self, Gate) {
        Self::over(MemoryLog::new())
    }

    pub fn over(inner: MemoryLog) -> (Self, Gate) {
        let (open, gate) = mpsc::channel();
        let (queue, receiver) = AppendQueue::bounded(64);
        let mut engine = GatedEngine { inner: inner.clone(), gate };
        let limits = GroupLimits { batches: 1, ..GroupLimits::default() };
        std::thread::spawn(move || write_groups(&mut engine, receiver, limits));
        (Self { inner, queue }, Gate(open))
    }
}

impl GroupEngine for GatedEngine {
    fn begin(&mut self) -> Result<(), GroupError> {
        match self.gate.recv() {
            Ok(true) => Ok(()),
            Ok(false) | Err(_) => {
                Err(GroupError::Unavailable { reason: "the gate fell".to_owned() })
            }
        }
    }

    fn write(&mut self, batch: &Append) -> Result<Committed, WriteError> {
        let copy = Append {
            tenant: batch.tenant.clone(),
            events: batch.events.clone(),
            expectations: batch.expectations.clone(),
            command: batch.command.clone(),
            ..Append::default()
        };
        Ok(append_now(&self.inner, copy)?)
    }

    fn commit(&mut self) -> Result<(), CommitError> {
        Ok(())
    }

    fn undo(&mut self) {}

    fn resolve(&mut self, _group: &[Accepted]) -> Resolution {
        Resolution::Unknown
    }

    fn close(&mut self) {}
}

/// Appends to a log in memory from a thread without a runtime.
pub fn append_now(log: &MemoryLog, batch: Append) -> Result<Committed, AppendError> {
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
    runtime.block_on(async { log.reserve(None).await?.append(batch).await })
}

#[async_trait]
impl EventStore for GatedLog {
    fn identity(&self) -> LogId {
        self.inner.identity()
    }

    fn capabilities(&self) -> Capabilities {
        self.inner.capabilities()
    }

    fn try_reserve(&self) -> Result<Permit, AppendError> {
        self.queue.try_reserve()
    }

    async fn reserve(&self, deadline: Option<Instant>) -> Result<Permit, AppendError> {
        self.queue.reserve(deadline).await
    }

    async fn read_stream(
        &self,
        stream: &StreamId,
        from: Sequence,
        visit: &mut Visit<'_>,
    ) -> Result<StreamVersion, ReadError> {
        self.inner.read_stream(stream, from, visit).await
    }

    async fn source(
        &self,
        tenant: &Tenant,
        criteria: &Criteria,
        after: Marker,
        visit: &mut Visit<'_>,
    ) -> Result<Marker, ReadError> {
        self.inner.source(tenant, criteria, after, visit).await
    }

    async fn read(
        &self,
        partition: Partition,
        after: Position,
        filter: &Filter,
        limit: usize,
    ) -> Result<Page, ReadError> {
        self.inner.read(partition, after, filter, limit).await
    }

    async fn head(&self, partition: Partition) -> Result<Position, ReadError> {
        self.inner.head(partition).await
    }

    async fn position_at(
        &self,
        partition: Partition,
        moment: Timestamp,
    ) -> Result<Option<Position>, ReadError> {
        self.inner.position_at(partition, moment).await
    }

    fn committed(&self) -> watch::Receiver<Position> {
        self.inner.committed()
    }

    async fn close(&self) {
        self.inner.close().await;
    }
}

#[async_trait]
impl CommandMemory for GatedLog {
    async fn remembered(
        &self,
        tenant: &Tenant,
        id: CommandId,
    ) -> Result<Option<RememberedCommand>, ReadError> {
        self.queue.settled(id).await;
        self.inner.remembered(tenant, id).await
    }
}

#[async_trait]
impl SnapshotStore for GatedLog {
    fn keep_snapshot(&self, snapshot: Snapshot) {
        self.inner.keep_snapshot(snapshot);
    }

    async fn snapshot(&self, stream: &StreamId) -> Result<Option<Snapshot>, ReadError> {
        self.inner.snapshot(stream).await
    }
}
