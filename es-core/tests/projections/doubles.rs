//! Stores that change under a running processor.

use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use async_trait::async_trait;
use es_core::event::{CommandId, Partition, Position, Sequence, StreamId, Tenant, Timestamp};
use es_core::projection::{
    Preparation, ReadSide, ReadSideError, ReadSideTransaction, Snapshot, Token, TokenKey,
};
use es_core::store::{
    AppendError, Capabilities, CommandMemory, Criteria, EventStore, Filter, LogId, Marker, Page,
    Permit, ReadError, RememberedCommand, SnapshotStore, StreamVersion, Visit,
};
use tokio::sync::watch;

use super::*;

/// A log whose file is exchanged while it is open.
pub struct ExchangedLog {
    current: Mutex<MemoryLog>,
    /// How often somebody looked at it.
    pub looks: watch::Sender<u64>,
}

impl ExchangedLog {
    pub fn new(log: MemoryLog) -> Self {
        Self { current: Mutex::new(log), looks: watch::Sender::default() }
    }

    pub fn exchange(&self, log: MemoryLog) {
        *self.current.lock().unwrap() = log;
    }

    fn now(&self) -> MemoryLog {
        self.looks.send_modify(|looks| *looks += 1);
        self.current.lock().unwrap().clone()
    }
}

#[async_trait]
impl EventStore for ExchangedLog {
    fn identity(&self) -> LogId {
        self.now().identity()
    }

    fn capabilities(&self) -> Capabilities {
        self.now().capabilities()
    }

    fn try_reserve(&self) -> Result<Permit, AppendError> {
        self.now().try_reserve()
    }

    async fn reserve(&self, deadline: Option<Instant>) -> Result<Permit, AppendError> {
        self.now().reserve(deadline).await
    }

    async fn read_stream(
        &self,
        stream: &StreamId,
        from: Sequence,
        visit: &mut Visit<'_>,
    ) -> Result<StreamVersion, ReadError> {
        self.now().read_stream(stream, from, visit).await
    }

    async fn source(
        &self,
        tenant: &Tenant,
        criteria: &Criteria,
        after: Marker,
        visit: &mut Visit<'_>,
    ) -> Result<Marker, ReadError> {
        self.now().source(tenant, criteria, after, visit).await
    }

    async fn read(
        &self,
        partition: Partition,
        after: Position,
        filter: &Filter,
        limit: usize,
    ) -> Result<Page, ReadError> {
        self.now().read(partition, after, filter, limit).await
    }

    async fn head(&self, partition: Partition) -> Result<Position, ReadError> {
        self.now().head(partition).await
    }

    async fn position_at(
        &self,
        partition: Partition,
        moment: Timestamp,
    ) -> Result<Option<Position>, ReadError> {
        self.now().position_at(partition, moment).await
    }

    fn committed(&self) -> watch::Receiver<Position> {
        self.now().committed()
    }

    async fn close(&self) {}
}

#[async_trait]
impl CommandMemory for ExchangedLog {
    async fn remembered(
        &self,
        tenant: &Tenant,
        id: CommandId,
    ) -> Result<Option<RememberedCommand>, ReadError> {
        self.now().remembered(tenant, id).await
    }
}

/// A read side that panics when a batch begins, once it is told to.
#[derive(Default)]
pub struct PanickingReadSide {
    inner: MemoryReadSide,
    pub panics: AtomicBool,
}

#[async_trait]
impl ReadSide for PanickingReadSide {
    fn prepare(&self, version: &Preparation<'_>) -> Result<(), ReadSideError> {
        self.inner.prepare(version)
    }

    fn begin(&self, version: &str) -> Result<Box<dyn ReadSideTransaction>, ReadSideError> {
        assert!(!self.panics.load(Ordering::SeqCst), "the engine has a bug");
        self.inner.begin(version)
    }

    fn snapshot(&self, version: &str) -> Result<Snapshot, ReadSideError> {
        self.inner.snapshot(version)
    }

    fn token(&self, key: &TokenKey) -> Result<Option<Token>, ReadSideError> {
        self.inner.token(key)
    }

    fn remedy(&self) -> String {
        self.inner.remedy()
    }

    async fn close(&self) {}
}

impl SnapshotStore for ExchangedLog {}
