//! A log that counts the events read from streams, and can be made slow, forgetful and wrong.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use async_trait::async_trait;
use es_core::event::{
    CommandId, Partition, Position, RecordedEvent, Sequence, StreamId, Tenant, Timestamp,
};
use es_core::store::{
    AppendError, AppendQueue, Capabilities, CommandMemory, Criteria, EventStore, Filter, LogId,
    Marker, MemoryLog, Page, Permit, ReadError, RememberedCommand, Snapshot, SnapshotStore,
    StreamVersion, Visit,
};
use tokio::sync::watch;

use super::gate::{Bug, Gate, gated};

#[derive(Default)]
pub struct ObservedLog {
    pub inner: MemoryLog,
    queue: Option<AppendQueue>,
    read: AtomicU64,
    is_slow: AtomicBool,
    loses_snapshots: AtomicBool,
    hangs_after: AtomicU64,
    misleading: Mutex<Option<Snapshot>>,
    damages_snapshots: AtomicBool,
    forges_event_ids: AtomicBool,
    kept: AtomicU64,
}

impl ObservedLog {
    pub fn over(inner: MemoryLog) -> Arc<Self> {
        Arc::new(Self { inner, ..Self::default() })
    }

    /// The same log behind a writer that does as it is told.
    pub fn gated(inner: MemoryLog, bug: Bug) -> (Arc<Self>, Gate) {
        let (queue, gate) = gated(&inner, bug);
        (Arc::new(Self { inner, queue: Some(queue), ..Self::default() }), gate)
    }

    /// The number of events that were read since this was asked last.
    pub fn read(&self) -> u64 {
        self.read.swap(0, Ordering::SeqCst)
    }

    /// The number of snapshots that came since this was asked last.
    pub fn kept(&self) -> u64 {
        self.kept.swap(0, Ordering::SeqCst)
    }

    /// Loses the snapshots that come from now on, or no longer.
    pub fn lose_snapshots(&self, is_lost: bool) {
        self.loses_snapshots.store(is_lost, Ordering::SeqCst);
    }

    /// Gives this snapshot for whatever stream, until another one is kept.
    pub fn mislead(&self, snapshot: Snapshot) {
        *self.misleading.lock().unwrap() = Some(snapshot);
    }

    /// Gives every snapshot the id of the event that is there.
    pub fn forge_event_ids(&self) {
        self.forges_event_ids.store(true, Ordering::SeqCst);
    }

    /// Fails whenever it is asked for a snapshot.
    pub fn damage_snapshots(&self) {
        self.damages_snapshots.store(true, Ordering::SeqCst);
    }

    /// Makes every read of a stream take two milliseconds.
    pub fn slow(&self) {
        self.is_slow.store(true, Ordering::SeqCst);
    }

    /// Makes every read of a stream stop for ever after so many events.
    pub fn hang_after(&self, events: u64) {
        self.hangs_after.store(events, Ordering::SeqCst);
    }
}

#[async_trait]
impl EventStore for ObservedLog {
    fn identity(&self) -> LogId {
        self.inner.identity()
    }

    fn capabilities(&self) -> Capabilities {
        self.inner.capabilities()
    }

    fn try_reserve(&self) -> Result<Permit, AppendError> {
        match &self.queue {
            Some(queue) => queue.try_reserve(),
            None => self.inner.try_reserve(),
        }
    }

    async fn reserve(&self, deadline: Option<Instant>) -> Result<Permit, AppendError> {
        match &self.queue {
            Some(queue) => queue.reserve(deadline).await,
            None => self.inner.reserve(deadline).await,
        }
    }

    async fn read_stream(
        &self,
        stream: &StreamId,
        from: Sequence,
        visit: &mut Visit<'_>,
    ) -> Result<StreamVersion, ReadError> {
        if self.is_slow.load(Ordering::SeqCst) {
            let begin = Instant::now();
            while begin.elapsed() < Duration::from_millis(2) {
                tokio::task::yield_now().await;
            }
        }
        let hangs_after = self.hangs_after.load(Ordering::SeqCst);
        let mut seen = 0;
        let mut hangs = false;
        let mut watch = |event: &RecordedEvent| {
            self.read.fetch_add(1, Ordering::SeqCst);
            seen += 1;
            let flow = visit(event);
            hangs = seen == hangs_after;
            if hangs { std::ops::ControlFlow::Break(()) } else { flow }
        };
        let version = self.inner.read_stream(stream, from, &mut watch).await?;
        if hangs {
            std::future::pending::<()>().await;
        }
        Ok(version)
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
impl CommandMemory for ObservedLog {
    async fn remembered(
        &self,
        tenant: &Tenant,
        id: CommandId,
    ) -> Result<Option<RememberedCommand>, ReadError> {
        if let Some(queue) = &self.queue {
            queue.settled(id).await;
        }
        self.inner.remembered(tenant, id).await
    }
}

#[async_trait]
impl SnapshotStore for ObservedLog {
    fn keep_snapshot(&self, snapshot: Snapshot) {
        self.kept.fetch_add(1, Ordering::SeqCst);
        if !self.loses_snapshots.load(Ordering::SeqCst) {
            *self.misleading.lock().unwrap() = None;
            self.inner.keep_snapshot(snapshot);
        }
    }

    async fn snapshot(&self, stream: &StreamId) -> Result<Option<Snapshot>, ReadError> {
        if self.damages_snapshots.load(Ordering::SeqCst) {
            let (log, stream) = ("memory".to_owned(), stream.clone());
            return Err(ReadError::DamagedSnapshot { log, stream });
        }
        let misleading = self.misleading.lock().unwrap().clone();
        let mut snapshot = match misleading {
            Some(snapshot) => Some(snapshot),
            None => self.inner.snapshot(stream).await?,
        };
        if let Some(snapshot) = &mut snapshot
            && self.forges_event_ids.load(Ordering::SeqCst)
        {
            let mut visit = |event: &RecordedEvent| {
                snapshot.event = event.id;
                std::ops::ControlFlow::Break(())
            };
            let sequence = snapshot.sequence;
            self.inner.read_stream(stream, sequence, &mut visit).await?;
        }
        Ok(snapshot)
    }
}
