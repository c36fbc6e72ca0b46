use std::ops::Deref;
use std::time::Instant;

use async_trait::async_trait;
use es_core::event::{CommandId, Partition, Position, Sequence, StreamId, Tenant, Timestamp};
use es_core::store::{
    AppendError, AppendQueue, Capabilities, CommandMemory, Criteria, EventStore, Filter, LogId,
    Marker, MemoryLog, Page, Permit, ReadError, RememberedCommand, Snapshot, SnapshotStore,
    StreamVersion, Visit,
};
use tokio::sync::watch;

/// A log in memory of which some parts are replaced.
#[derive(Default)]
pub struct LogAround<P>(pub P);

impl<P> Deref for LogAround<P> {
    type Target = P;

    fn deref(&self) -> &P {
        &self.0
    }
}

/// What a log around another does in its own way. Whatever is not written is what the log in
/// memory does.
#[async_trait]
pub trait Parts: Send + Sync + 'static {
    /// The log in memory.
    fn inner(&self) -> MemoryLog;

    /// The queue to a writer of its own.
    fn queue(&self) -> Option<&AppendQueue> {
        None
    }

    /// Is awaited before and after all that waits.
    async fn pause(&self) {}

    fn capabilities(&self) -> Capabilities {
        self.inner().capabilities()
    }

    /// What a place is before it is given away.
    fn permit(&self, permit: Permit) -> Permit {
        permit
    }

    fn try_reserve(&self) -> Result<Permit, AppendError> {
        match self.queue() {
            Some(queue) => queue.try_reserve(),
            None => self.inner().try_reserve(),
        }
    }

    async fn read_stream(
        &self,
        stream: &StreamId,
        from: Sequence,
        visit: &mut Visit<'_>,
    ) -> Result<StreamVersion, ReadError> {
        self.inner().read_stream(stream, from, visit).await
    }

    async fn source(
        &self,
        tenant: &Tenant,
        criteria: &Criteria,
        after: Marker,
        visit: &mut Visit<'_>,
    ) -> Result<Marker, ReadError> {
        self.inner().source(tenant, criteria, after, visit).await
    }

    /// Is awaited before a page is read by position, and may refuse to have it read.
    async fn before_page(&self) -> Result<(), ReadError> {
        Ok(())
    }

    async fn read(
        &self,
        partition: Partition,
        after: Position,
        filter: &Filter,
        limit: usize,
    ) -> Result<Page, ReadError> {
        self.before_page().await?;
        self.inner().read(partition, after, filter, limit).await
    }

    async fn remembered(
        &self,
        tenant: &Tenant,
        id: CommandId,
    ) -> Result<Option<RememberedCommand>, ReadError> {
        self.inner().remembered(tenant, id).await
    }

    async fn close(&self) {
        self.inner().close().await;
    }

    fn keep_snapshot(&self, snapshot: Snapshot) {
        self.inner().keep_snapshot(snapshot);
    }

    async fn snapshot(&self, stream: &StreamId) -> Result<Option<Snapshot>, ReadError> {
        self.inner().snapshot(stream).await
    }
}

impl<P: Parts> LogAround<P> {
    /// Pauses, does something, and pauses once more with what it gave.
    async fn paused<T>(&self, work: impl Future<Output = T>) -> T {
        self.0.pause().await;
        let done = work.await;
        self.0.pause().await;
        done
    }
}

#[async_trait]
impl<P: Parts> EventStore for LogAround<P> {
    fn identity(&self) -> LogId {
        self.0.inner().identity()
    }

    fn capabilities(&self) -> Capabilities {
        self.0.capabilities()
    }

    fn try_reserve(&self) -> Result<Permit, AppendError> {
        self.0.try_reserve().map(|permit| self.0.permit(permit))
    }

    async fn reserve(&self, deadline: Option<Instant>) -> Result<Permit, AppendError> {
        let reserved = match self.0.queue() {
            Some(queue) => self.paused(queue.reserve(deadline)).await,
            None => self.paused(self.0.inner().reserve(deadline)).await,
        };
        reserved.map(|permit| self.0.permit(permit))
    }

    async fn read_stream(
        &self,
        stream: &StreamId,
        from: Sequence,
        visit: &mut Visit<'_>,
    ) -> Result<StreamVersion, ReadError> {
        self.paused(self.0.read_stream(stream, from, visit)).await
    }

    async fn source(
        &self,
        tenant: &Tenant,
        criteria: &Criteria,
        after: Marker,
        visit: &mut Visit<'_>,
    ) -> Result<Marker, ReadError> {
        self.paused(self.0.source(tenant, criteria, after, visit)).await
    }

    async fn read(
        &self,
        partition: Partition,
        after: Position,
        filter: &Filter,
        limit: usize,
    ) -> Result<Page, ReadError> {
        self.paused(self.0.read(partition, after, filter, limit)).await
    }

    async fn head(&self, partition: Partition) -> Result<Position, ReadError> {
        self.paused(self.0.inner().head(partition)).await
    }

    async fn position_at(
        &self,
        partition: Partition,
        moment: Timestamp,
    ) -> Result<Option<Position>, ReadError> {
        self.paused(self.0.inner().position_at(partition, moment)).await
    }

    fn committed(&self) -> watch::Receiver<Position> {
        self.0.inner().committed()
    }

    async fn close(&self) {
        self.paused(self.0.close()).await;
    }
}

#[async_trait]
impl<P: Parts> CommandMemory for LogAround<P> {
    async fn remembered(
        &self,
        tenant: &Tenant,
        id: CommandId,
    ) -> Result<Option<RememberedCommand>, ReadError> {
        if let Some(queue) = self.0.queue() {
            queue.settled(id).await;
        }
        self.paused(self.0.remembered(tenant, id)).await
    }
}

#[async_trait]
impl<P: Parts> SnapshotStore for LogAround<P> {
    fn keep_snapshot(&self, snapshot: Snapshot) {
        self.0.keep_snapshot(snapshot);
    }

    async fn snapshot(&self, stream: &StreamId) -> Result<Option<Snapshot>, ReadError> {
        self.paused(self.0.snapshot(stream)).await
    }
}
