//! The log in memory: the readable specification of a store.
//!
//! Nothing survives the process. A batch is judged and stored on the spot, in one critical section
//! ([`state`]); so there is no queue, no group and no commit in flight, and what is left is the
//! contract itself: [`State::append`] is the list of what is checked, in which order.
//! Readers take events out by reference count and visit them without the lock.

mod state;
mod stored;

use std::ops::ControlFlow;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};
use std::time::Instant;

use async_trait::async_trait;
use tokio::sync::{Semaphore, watch};

use self::state::State;
use self::stored::Stored;
use super::{
    Append, AppendError, Capabilities, CommandMemory, CommandWindow, Committed, Criteria,
    DEFAULT_PAYLOAD_LIMIT_BYTES, DirectAppend, EventStore, Filter, LogId, Marker, Page, Permit,
    ReadError, RememberedCommand, Snapshot, SnapshotStore, StreamVersion, Visit,
};
use crate::event::{
    Clock, CommandId, Partition, Position, Sequence, StreamId, SystemClock, Tenant, Timestamp,
};

/// How many events of a stream are taken out of the lock at a time.
const CHUNK: usize = 256;

/// A log in memory, for tests and for applications that may forget. Clones are the same log.
#[derive(Clone)]
pub struct MemoryLog {
    shared: Arc<Shared>,
    append: Arc<DirectAppend>,
    places: Option<Arc<Semaphore>>,
}

struct Shared {
    identity: LogId,
    clock: Arc<dyn Clock>,
    state: RwLock<State>,
    is_closed: AtomicBool,
    committed: watch::Sender<Position>,
}

impl Default for MemoryLog {
    fn default() -> Self {
        Self::new()
    }
}

impl MemoryLog {
    /// Makes an empty log on the system's clock.
    #[must_use]
    pub fn new() -> Self {
        Self::with_clock(Arc::new(SystemClock))
    }

    /// Makes an empty log on a clock.
    #[must_use]
    pub fn with_clock(clock: Arc<dyn Clock>) -> Self {
        let shared = Arc::new(Shared {
            identity: LogId::generate(),
            clock,
            state: RwLock::new(State::default()),
            is_closed: AtomicBool::new(false),
            committed: watch::Sender::default(),
        });
        let log = Arc::clone(&shared);
        let append: Arc<DirectAppend> = Arc::new(move |batch| log.append(batch));
        Self { shared, append, places: None }
    }

    /// Bounds the number of places that can be reserved at the same time; without this there are
    /// always more.
    #[must_use]
    pub fn with_places(mut self, places: usize) -> Self {
        self.places = Some(Arc::new(Semaphore::new(places)));
        self
    }

    /// Sets how long commands are remembered.
    #[must_use]
    pub fn with_command_window(self, window: CommandWindow) -> Self {
        self.shared.write().set_window(window);
        self
    }
}

impl Shared {
    fn append(&self, batch: &mut Append) -> Result<Committed, AppendError> {
        let committed = {
            let mut state = self.write();
            if self.is_closed.load(Ordering::Acquire) {
                return Err(AppendError::Closed);
            }
            // Read under the lock: a moment read before it could be older than the predecessor's.
            let now = self.clock.now();
            state.append(batch, now)?
        };
        if let Some((_, position)) = committed.token.positions().first() {
            self.wake(*position);
        }
        Ok(committed)
    }

    fn wake(&self, position: Position) {
        self.committed.send_if_modified(|last| {
            let is_later = position > *last;
            *last = position.max(*last);
            // Nobody listens: whoever subscribes later reads the log after that, and finds it.
            is_later && self.committed.receiver_count() > 0
        });
    }

    fn write(&self) -> RwLockWriteGuard<'_, State> {
        self.state.write().unwrap_or_else(PoisonError::into_inner)
    }

    fn read(&self) -> Result<RwLockReadGuard<'_, State>, ReadError> {
        let state = self.state.read().unwrap_or_else(PoisonError::into_inner);
        if self.is_closed.load(Ordering::Acquire) { Err(ReadError::Closed) } else { Ok(state) }
    }

    fn read_partition(
        &self,
        partition: Partition,
    ) -> Result<RwLockReadGuard<'_, State>, ReadError> {
        if partition != Partition::default() {
            let what = "the log in memory has only partition 0";
            return Err(ReadError::Unsupported { what });
        }
        self.read()
    }
}

#[async_trait]
impl EventStore for MemoryLog {
    fn identity(&self) -> LogId {
        self.shared.identity
    }

    fn capabilities(&self) -> Capabilities {
        Capabilities {
            multi_stream_appends: true,
            tag_conditions: true,
            deadlines: false,
            command_memory: true,
            snapshots: true,
            foreign_writers: false,
            durable: false,
            partitions: 1,
            payload_limit_bytes: DEFAULT_PAYLOAD_LIMIT_BYTES,
        }
    }

    fn try_reserve(&self) -> Result<Permit, AppendError> {
        // The append itself looks again, under the lock.
        if self.shared.is_closed.load(Ordering::Acquire) {
            return Err(AppendError::Closed);
        }
        let Some(places) = &self.places else {
            return Ok(Permit::direct(Arc::clone(&self.append)));
        };
        let place = Arc::clone(places).try_acquire_owned().map_err(|_| AppendError::Overloaded)?;
        Ok(self.placed(place))
    }

    async fn reserve(&self, deadline: Option<Instant>) -> Result<Permit, AppendError> {
        let places = match (self.try_reserve(), &self.places) {
            (Err(AppendError::Overloaded), Some(places)) => Arc::clone(places),
            (ready, _) => return ready,
        };
        let acquire = places.acquire_owned();
        let place = match deadline {
            None => acquire.await,
            Some(deadline) => tokio::time::timeout_at(deadline.into(), acquire)
                .await
                .map_err(|_| AppendError::Overloaded)?,
        };
        place.map(|place| self.placed(place)).map_err(|_| AppendError::Closed)
    }

    async fn read_stream(
        &self,
        stream: &StreamId,
        from: Sequence,
        visit: &mut Visit<'_>,
    ) -> Result<StreamVersion, ReadError> {
        let mut chunk = Vec::new();
        let version = self.shared.read()?.stream(stream, from, None, CHUNK, &mut chunk);
        let mut next = from;
        while let Some(last) = chunk.last() {
            next = last.event.sequence().unwrap_or(next).next();
            if visit_all(&chunk, visit).is_break() {
                break;
            }
            chunk.clear();
            self.shared.read()?.stream(stream, next, version, CHUNK, &mut chunk);
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
        let (matching, marker) = {
            let state = self.shared.read()?;
            let matching: Vec<_> = state.matching(tenant, criteria, after).cloned().collect();
            (matching, Marker(state.head()))
        };
        // Stopping early changes nothing about what the snapshot was.
        let _ = visit_all(&matching, visit);
        Ok(marker)
    }

    async fn read(
        &self,
        partition: Partition,
        after: Position,
        filter: &Filter,
        limit: usize,
    ) -> Result<Page, ReadError> {
        Ok(self.shared.read_partition(partition)?.page(after, filter, limit))
    }

    async fn head(&self, partition: Partition) -> Result<Position, ReadError> {
        Ok(self.shared.read_partition(partition)?.head())
    }

    async fn position_at(
        &self,
        partition: Partition,
        moment: Timestamp,
    ) -> Result<Option<Position>, ReadError> {
        Ok(self.shared.read_partition(partition)?.position_at(moment))
    }

    fn committed(&self) -> watch::Receiver<Position> {
        self.shared.committed.subscribe()
    }

    async fn close(&self) {
        {
            // Under the lock: what is being appended ends before.
            let _state = self.shared.write();
            self.shared.is_closed.store(true, Ordering::Release);
        }
        if let Some(places) = &self.places {
            places.close();
        }
        self.shared.committed.send_modify(|_| {});
    }
}

#[async_trait]
impl CommandMemory for MemoryLog {
    async fn remembered(
        &self,
        tenant: &Tenant,
        id: CommandId,
    ) -> Result<Option<RememberedCommand>, ReadError> {
        let now = self.shared.clock.now();
        Ok(self.shared.read()?.remembered(tenant, id, now).cloned())
    }
}

#[async_trait]
impl SnapshotStore for MemoryLog {
    fn keep_snapshot(&self, snapshot: Snapshot) {
        self.shared.write().keep_snapshot(snapshot);
    }

    async fn snapshot(&self, stream: &StreamId) -> Result<Option<Snapshot>, ReadError> {
        Ok(self.shared.read()?.snapshot(stream).cloned())
    }
}

impl MemoryLog {
    /// A permit that gives its place back with the append, or when it is dropped.
    fn placed(&self, place: tokio::sync::OwnedSemaphorePermit) -> Permit {
        let append = Arc::clone(&self.append);
        Permit::direct(Arc::new(move |batch| {
            let _held = &place;
            append(batch)
        }))
    }
}

fn visit_all(events: &[Arc<Stored>], visit: &mut Visit<'_>) -> ControlFlow<()> {
    events.iter().try_for_each(|stored| visit(&stored.event))
}
