//! A log in memory of which every future waits before it does its work and after it.

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
use tokio::sync::{mpsc, oneshot, watch};

/// Closing it leaves the log in memory open, for whoever wants to see what is in it.
pub struct WaitingLog {
    inner: MemoryLog,
    queue: AppendQueue,
}

struct Writer {
    inner: MemoryLog,
    asking: mpsc::UnboundedSender<oneshot::Sender<()>>,
}

impl WaitingLog {
    pub fn over(inner: MemoryLog) -> Self {
        let (asking, mut asked) = mpsc::unbounded_channel::<oneshot::Sender<()>>();
        // On the test's own thread: so no batch is written within the poll that hands it over.
        tokio::spawn(async move {
            while let Some(go) = asked.recv().await {
                waits().await;
                // A writer that has ended waits for nobody.
                let _ = go.send(());
            }
        });
        let (queue, receiver) = AppendQueue::bounded(4);
        let mut writer = Writer { inner: inner.clone(), asking };
        let limits = GroupLimits { batches: 1, ..GroupLimits::default() };
        std::thread::spawn(move || write_groups(&mut writer, receiver, limits));
        Self { inner, queue }
    }
}

/// Lets everybody else run, twice.
pub async fn waits() {
    tokio::task::yield_now().await;
    tokio::task::yield_now().await;
}

/// Waits, does something, and waits once more with what it gave.
async fn slowly<T>(work: impl Future<Output = T>) -> T {
    waits().await;
    let done = work.await;
    waits().await;
    done
}

impl GroupEngine for Writer {
    fn begin(&mut self) -> Result<(), GroupError> {
        let gone = || GroupError::Unavailable { reason: "the test has ended".to_owned() };
        let (go, going) = oneshot::channel();
        self.asking.send(go).map_err(|_| gone())?;
        going.blocking_recv().map_err(|_| gone())
    }

    fn write(&mut self, batch: &Append) -> Result<Committed, WriteError> {
        let copy = Append {
            tenant: batch.tenant.clone(),
            events: batch.events.clone(),
            expectations: batch.expectations.clone(),
            conditions: batch.conditions.clone(),
            command: batch.command.clone(),
            ..Append::default()
        };
        let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
        let stored = runtime.block_on(async { self.inner.reserve(None).await?.append(copy).await });
        Ok(stored?)
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

#[async_trait]
impl EventStore for WaitingLog {
    fn identity(&self) -> LogId {
        self.inner.identity()
    }

    fn capabilities(&self) -> Capabilities {
        self.inner.capabilities()
    }

    /// Always full, so that everybody has to wait for a place.
    fn try_reserve(&self) -> Result<Permit, AppendError> {
        self.queue.try_reserve().and(Err(AppendError::Overloaded))
    }

    async fn reserve(&self, deadline: Option<Instant>) -> Result<Permit, AppendError> {
        slowly(self.queue.reserve(deadline)).await
    }

    async fn read_stream(
        &self,
        stream: &StreamId,
        from: Sequence,
        visit: &mut Visit<'_>,
    ) -> Result<StreamVersion, ReadError> {
        slowly(self.inner.read_stream(stream, from, visit)).await
    }

    async fn source(
        &self,
        tenant: &Tenant,
        criteria: &Criteria,
        after: Marker,
        visit: &mut Visit<'_>,
    ) -> Result<Marker, ReadError> {
        slowly(self.inner.source(tenant, criteria, after, visit)).await
    }

    async fn read(
        &self,
        partition: Partition,
        after: Position,
        filter: &Filter,
        limit: usize,
    ) -> Result<Page, ReadError> {
        slowly(self.inner.read(partition, after, filter, limit)).await
    }

    async fn head(&self, partition: Partition) -> Result<Position, ReadError> {
        slowly(self.inner.head(partition)).await
    }

    async fn position_at(
        &self,
        partition: Partition,
        moment: Timestamp,
    ) -> Result<Option<Position>, ReadError> {
        slowly(self.inner.position_at(partition, moment)).await
    }

    fn committed(&self) -> watch::Receiver<Position> {
        self.inner.committed()
    }

    async fn close(&self) {
        slowly(self.queue.close()).await;
    }
}

#[async_trait]
impl CommandMemory for WaitingLog {
    async fn remembered(
        &self,
        tenant: &Tenant,
        id: CommandId,
    ) -> Result<Option<RememberedCommand>, ReadError> {
        self.queue.settled(id).await;
        slowly(self.inner.remembered(tenant, id)).await
    }
}

#[async_trait]
impl SnapshotStore for WaitingLog {
    fn keep_snapshot(&self, snapshot: Snapshot) {
        self.inner.keep_snapshot(snapshot);
    }

    async fn snapshot(&self, stream: &StreamId) -> Result<Option<Snapshot>, ReadError> {
        slowly(self.inner.snapshot(stream)).await
    }
}
