//! The embedded default of `es-core`: log and read side in SQLite files, with nothing to install.
//!
//! `sqlite:data/orders.db` is the log `data/orders.db` and the read side `data/orders.read.db`
//! beside it. A program only has to link this crate:
//!
//! ```
//! use es_sqlite as _;
//! ```
//!
//! The log is written through one connection with a flush per group of commands
//! (`journal_mode=WAL`, `synchronous=FULL`, both checked after opening), and read through others
//! beside it. What is acknowledged survives a power cut; several processes may use one file.

mod append;
mod command_id;
mod config;
mod connect;
mod error;
mod read;
mod schema;
mod snapshot;
mod subscribe;
mod token;
mod view;
mod writer;

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Instant;

use async_trait::async_trait;
use tokio::sync::watch;

use es_core::event::{CommandId, Partition, Position, Sequence, StreamId, Tenant, Timestamp};
use es_core::registry::{EngineEntry, OpenError, StoreUrl};
use es_core::store::group::{GroupLimits, write_groups};
use es_core::store::{
    AppendError, AppendQueue, Capabilities, CommandMemory, Criteria, EventStore, Filter, LogId,
    Marker, Page, Permit, ReadError, RememberedCommand, Snapshot, SnapshotStore, StreamVersion,
    Visit,
};

use self::connect::Connector;
use self::read::Reading;
use self::read::glance::ReadGlance;
use self::snapshot::Waiting;
use self::subscribe::Poller;
use self::writer::Writer;

pub use self::config::SqliteConfig;
pub use self::error::{MeddlerKind, SqliteOpenError};
pub use self::view::{SqliteReadSide, SqliteTransaction};
#[doc(hidden)]
pub use self::writer::{OpenWal, WalFile};

es_core::inventory::submit! {
    EngineEntry {
        scheme: "sqlite",
        open: |url| Ok(Arc::new(SqliteLog::open(SqliteConfig::from_url(url)?)?)),
        open_read_side: |url| Ok(Arc::new(SqliteReadSide::open(&SqliteConfig::from_url(url)?)?)),
    }
}

/// The log in a SQLite file.
///
/// Dropping it without [`close`](EventStore::close) loses nothing that was acknowledged.
pub struct SqliteLog {
    identity: LogId,
    payload_limit_bytes: usize,
    queue: AppendQueue,
    reading: Arc<Reading>,
    snapshots: Arc<Waiting>,
    committed: watch::Sender<Position>,
    poller: Poller,
    is_closed: AtomicBool,
}

impl SqliteLog {
    /// Opens the log, and makes it where there is none. Blocks on the file.
    ///
    /// # Errors
    /// [`OpenError::Engine`] with a [`SqliteOpenError`]: the path is a directory or another
    /// program's file, a newer version wrote it, it is damaged, locked or read-only.
    pub fn open(config: SqliteConfig) -> Result<Self, OpenError> {
        Ok(Self::start(config)?)
    }

    /// Opens the log of a URL such as `sqlite:data/orders.db`.
    ///
    /// # Errors
    /// As [`SqliteLog::open`], and [`OpenError::Url`] if the URL cannot be used.
    pub fn open_url(url: &str) -> Result<Self, OpenError> {
        Self::open(SqliteConfig::from_url(&StoreUrl::parse(url)?)?)
    }

    fn start(config: SqliteConfig) -> Result<Self, SqliteOpenError> {
        let path = config.path().to_owned();
        let connector = Connector::new(path.clone(), &config);
        let committed = watch::Sender::new(Position(0));
        let (places, payload_limit_bytes) = (config.queue, config.payload_limit_bytes);
        let interval = config.poll;
        let snapshots = Arc::new(Waiting::default());
        let (writing, memory) = (committed.clone(), Arc::clone(&snapshots));
        let mut writer = Writer::open(config.clone(), connector.clone(), writing, memory)?;
        writer.make_up_for_what_was_left()?;
        let reading = Reading::new(connector.clone(), writer.file(), &config)
            .map_err(|error| SqliteOpenError::of(&path, &error))?;
        let reading = Arc::new(reading);
        let glance = ReadGlance { reading: Arc::clone(&reading), known: writer.known_head() };
        let (queue, receiver) = AppendQueue::with_glance(places, Box::new(glance));
        let (identity, head) = writer.identity()?;
        writer.publish(head);
        let other = |error: std::io::Error| SqliteOpenError::Other {
            path: path.clone(),
            reason: error.to_string(),
        };
        let poller = Poller::start(connector, committed.clone(), interval).map_err(other)?;
        thread::Builder::new()
            .name("es-sqlite-write".to_owned())
            .spawn(move || write_groups(&mut writer, receiver, GroupLimits::default()))
            .map_err(other)?;
        Ok(Self {
            identity,
            payload_limit_bytes,
            queue,
            reading,
            snapshots,
            committed,
            poller,
            is_closed: AtomicBool::new(false),
        })
    }

    fn check(&self, partition: Partition) -> Result<(), ReadError> {
        match partition {
            _ if self.is_closed.load(Ordering::Acquire) => Err(ReadError::Closed),
            Partition(0) => Ok(()),
            _ => Err(ReadError::Unsupported { what: "there is only partition 0" }),
        }
    }
}

impl fmt::Debug for SqliteLog {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SqliteLog").field("identity", &self.identity).finish_non_exhaustive()
    }
}

#[async_trait]
impl EventStore for SqliteLog {
    fn identity(&self) -> LogId {
        self.identity
    }

    fn capabilities(&self) -> Capabilities {
        Capabilities {
            multi_stream_appends: true,
            tag_conditions: true,
            deadlines: false,
            command_memory: true,
            snapshots: true,
            foreign_writers: true,
            durable: true,
            partitions: 1,
            payload_limit_bytes: self.payload_limit_bytes,
        }
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
        self.check(Partition(0))?;
        self.reading.stream(stream, from, visit).await
    }

    async fn source(
        &self,
        tenant: &Tenant,
        criteria: &Criteria,
        after: Marker,
        visit: &mut Visit<'_>,
    ) -> Result<Marker, ReadError> {
        self.check(Partition(0))?;
        self.reading.source(tenant, criteria, after, visit).await
    }

    async fn read(
        &self,
        partition: Partition,
        after: Position,
        filter: &Filter,
        limit: usize,
    ) -> Result<Page, ReadError> {
        self.check(partition)?;
        self.reading.page(after, filter, limit).await
    }

    async fn head(&self, partition: Partition) -> Result<Position, ReadError> {
        self.check(partition)?;
        self.reading.head().await
    }

    async fn position_at(
        &self,
        partition: Partition,
        moment: Timestamp,
    ) -> Result<Option<Position>, ReadError> {
        self.check(partition)?;
        self.reading.position_at(moment).await
    }

    fn committed(&self) -> watch::Receiver<Position> {
        let receiver = self.committed.subscribe();
        self.poller.wake();
        receiver
    }

    async fn close(&self) {
        self.queue.close().await;
        self.is_closed.store(true, Ordering::Release);
        self.poller.close().await;
        self.reading.readers.close().await;
        self.committed.send_modify(|_| {});
    }
}

#[async_trait]
impl CommandMemory for SqliteLog {
    async fn remembered(
        &self,
        tenant: &Tenant,
        id: CommandId,
    ) -> Result<Option<RememberedCommand>, ReadError> {
        self.check(Partition(0))?;
        self.queue.settled(id).await;
        self.reading.remembered(tenant, id).await
    }
}

#[async_trait]
impl SnapshotStore for SqliteLog {
    fn keep_snapshot(&self, snapshot: Snapshot) {
        self.snapshots.push(snapshot);
    }

    async fn snapshot(&self, stream: &StreamId) -> Result<Option<Snapshot>, ReadError> {
        self.check(Partition(0))?;
        match self.snapshots.find(stream) {
            Some(snapshot) => Ok(Some(snapshot)),
            None => self.reading.snapshot(stream).await,
        }
    }
}
