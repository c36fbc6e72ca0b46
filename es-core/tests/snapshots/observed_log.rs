//! A log that counts the events read from streams, and can be made slow, forgetful and wrong.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use async_trait::async_trait;
use es_core::event::{RecordedEvent, Sequence, StreamId};
use es_core::store::{
    AppendQueue, EventStore, MemoryLog, ReadError, Snapshot, SnapshotStore, StreamVersion, Visit,
};

use super::gate::{Bug, Gate, gated};
use super::logs::{LogAround, Parts};

/// The log that the application uses.
pub type ObservedLog = LogAround<Observed>;

#[derive(Default)]
pub struct Observed {
    pub inner: MemoryLog,
    queue: Option<AppendQueue>,
    read: AtomicU64,
    is_slow: AtomicBool,
    loses_snapshots: AtomicBool,
    hangs_after: AtomicU64,
    breaks_off_after: AtomicU64,
    misleading: Mutex<Option<Snapshot>>,
    damages_snapshots: AtomicBool,
    forges_event_ids: AtomicBool,
    kept: AtomicU64,
}

impl ObservedLog {
    pub fn over(inner: MemoryLog) -> Arc<Self> {
        Arc::new(Self(Observed { inner, ..Observed::default() }))
    }

    /// The same log behind a writer that does as it is told.
    pub fn gated(inner: MemoryLog, bug: Bug) -> (Arc<Self>, Gate) {
        let (queue, gate) = gated(&inner, bug);
        let observed = Observed { inner, queue: Some(queue), ..Observed::default() };
        (Arc::new(Self(observed)), gate)
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

    /// Makes the next read of a stream fail after so many events.
    pub fn break_off_after(&self, events: u64) {
        self.breaks_off_after.store(events, Ordering::SeqCst);
    }

    /// Makes every read of a stream stop for ever after so many events.
    pub fn hang_after(&self, events: u64) {
        self.hangs_after.store(events, Ordering::SeqCst);
    }
}

#[async_trait]
impl Parts for Observed {
    fn inner(&self) -> MemoryLog {
        self.inner.clone()
    }

    fn queue(&self) -> Option<&AppendQueue> {
        self.queue.as_ref()
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
        let breaks_off_after = self.breaks_off_after.swap(0, Ordering::SeqCst);
        let mut seen = 0;
        let (mut hangs, mut breaks_off) = (false, false);
        let mut watch = |event: &RecordedEvent| {
            self.read.fetch_add(1, Ordering::SeqCst);
            seen += 1;
            let flow = visit(event);
            hangs = seen == hangs_after;
            breaks_off = seen == breaks_off_after;
            if hangs || breaks_off { std::ops::ControlFlow::Break(()) } else { flow }
        };
        let version = self.inner.read_stream(stream, from, &mut watch).await?;
        if breaks_off {
            return Err(ReadError::Unavailable { reason: "it broke off".to_owned() });
        }
        if hangs {
            std::future::pending::<()>().await;
        }
        Ok(version)
    }

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
