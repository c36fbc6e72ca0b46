//! Connections that read, and on which thread they do.
//!
//! Pages of the log are read on threads made for blocking. A read of a few rows runs in place,
//! because a hop to another thread costs more than such a read, whose pages are nearly always in
//! memory. What that costs is said here: on a cold or slow disk the caller's asynchronous thread
//! waits for those few pages, some milliseconds on a spinning disk, and with it the other tasks
//! of that thread. Connections are opened, and locks waited for, on other threads only.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use rusqlite::Connection;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::task::JoinHandle;

use super::row::Rows;
use crate::config::SqliteConfig;
use crate::connect::{Connector, retry_while};
use crate::error::{Failure, is_busy};
use crate::writer::FileId;

/// The read connections beside the writer: at most so many at once, opened when needed and kept.
#[derive(Debug)]
pub(crate) struct Readers {
    connector: Connector,
    /// What the writer opened: a copy that lies there for a while must not stay open beside it.
    file: FileId,
    busy_timeout: Duration,
    places: Arc<Semaphore>,
    limit: u32,
    idle: Mutex<Vec<Reader>>,
    /// Keeps alive the index that all connections share: the first one would make it anew, with
    /// commits whose flush has failed.
    anchor: Mutex<Option<Connection>>,
}

/// One read connection, and what it remembers.
#[derive(Debug)]
pub(crate) struct Reader {
    pub(crate) connection: Connection,
    pub(crate) rows: Rows,
}

/// A reader in use; it goes back when dropped.
#[derive(Debug)]
pub(crate) struct Borrowed {
    reader: Option<Reader>,
    readers: Arc<Readers>,
    _place: OwnedSemaphorePermit,
}

impl Readers {
    /// Opens no reader yet, but holds the file: nothing in it may be in doubt by now.
    pub(crate) fn new(
        connector: Connector,
        file: FileId,
        config: &SqliteConfig,
    ) -> rusqlite::Result<Arc<Self>> {
        let limit = u32::try_from(config.readers).unwrap_or(u32::MAX);
        let anchor = retry_while(config.busy_timeout, is_busy, || connector.anchor())?;
        Ok(Arc::new(Self {
            connector,
            file,
            busy_timeout: config.busy_timeout,
            places: Arc::new(Semaphore::new(limit as usize)),
            limit,
            idle: Mutex::default(),
            anchor: Mutex::new(Some(anchor)),
        }))
    }

    /// Reads on the caller's own thread: for reads of some microseconds, where a hop to another
    /// thread would cost more than the read. Where a lock is in the way, another thread waits.
    pub(crate) async fn here<T: Send + 'static>(
        self: &Arc<Self>,
        mut read: impl FnMut(&mut Reader) -> Result<T, Failure> + Send + 'static,
    ) -> Result<T, Failure> {
        let mut reader = self.take().await?;
        match reader.get().and_then(&mut read) {
            Err(failure) if failure.is_busy() => reader.begin(read).finish().await,
            result => result,
        }
    }

    /// Reads on a thread made for blocking.
    pub(crate) async fn aside<T: Send + 'static>(
        self: &Arc<Self>,
        read: impl FnMut(&mut Reader) -> Result<T, Failure> + Send + 'static,
    ) -> Result<T, Failure> {
        self.begin(read).await?.finish().await
    }

    /// Begins to read on a thread made for blocking; the answer can be fetched later.
    pub(crate) async fn begin<T: Send + 'static>(
        self: &Arc<Self>,
        read: impl FnMut(&mut Reader) -> Result<T, Failure> + Send + 'static,
    ) -> Result<Aside<T>, Failure> {
        Ok(self.borrow().await?.begin(read))
    }

    /// Refuses further reads and waits for those under way.
    pub(crate) async fn close(&self) {
        // An error means that it is closed already.
        if let Ok(all) = self.places.acquire_many(self.limit).await {
            self.places.close();
            drop(all);
        }
        self.idle().clear();
        self.anchor.lock().unwrap_or_else(PoisonError::into_inner).take();
    }

    /// Takes an open reader, waiting until one is free.
    pub(crate) async fn take(self: &Arc<Self>) -> Result<Borrowed, Failure> {
        let mut reader = self.borrow().await?;
        if reader.reader.is_some() {
            return Ok(reader);
        }
        // Opening reads the schema and may wait for the disk or for a lock.
        let opening = Aside(tokio::task::spawn_blocking(move || {
            let limit = reader.readers.busy_timeout;
            retry_while(limit, Failure::is_busy, || reader.get().map(|_| ()))?;
            Ok(reader)
        }));
        opening.finish().await
    }

    /// Takes a reader that is open and idle, without waiting.
    pub(crate) fn take_idle(self: &Arc<Self>) -> Option<Borrowed> {
        let place = Arc::clone(&self.places).try_acquire_owned().ok()?;
        let reader = Some(self.idle().pop()?);
        Some(Borrowed { reader, readers: Arc::clone(self), _place: place })
    }

    /// Takes a reader that may still have to be opened.
    async fn borrow(self: &Arc<Self>) -> Result<Borrowed, Failure> {
        let place = Arc::clone(&self.places).acquire_owned().await.map_err(|_| Failure::Closed)?;
        let reader = self.idle().pop();
        Ok(Borrowed { reader, readers: Arc::clone(self), _place: place })
    }

    fn open(&self) -> Result<Connection, Failure> {
        let connection = self.connector.reader()?;
        if self.is_replaced() { Err(Failure::Replaced) } else { Ok(connection) }
    }

    /// True if the path leads to another file than the writer's, or to none.
    pub(crate) fn is_replaced(&self) -> bool {
        self.file.has_changed(self.connector.path())
    }

    fn idle(&self) -> MutexGuard<'_, Vec<Reader>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Borrowed {
    /// The connection, opened now if it is not yet.
    pub(crate) fn get(&mut self) -> Result<&mut Reader, Failure> {
        if self.reader.is_none() {
            let connection = self.readers.open()?;
            // A thread that must not block gives up at once, and another one waits.
            connection.busy_timeout(Duration::ZERO)?;
            self.reader = Some(Reader { connection, rows: Rows::default() });
        }
        self.reader.as_mut().ok_or(Failure::Closed)
    }

    fn begin<T: Send + 'static>(
        mut self,
        mut read: impl FnMut(&mut Reader) -> Result<T, Failure> + Send + 'static,
    ) -> Aside<T> {
        let limit = self.readers.busy_timeout;
        Aside(tokio::task::spawn_blocking(move || {
            retry_while(limit, Failure::is_busy, || self.get().and_then(&mut read))
        }))
    }
}

/// A read on another thread.
pub(crate) struct Aside<T>(JoinHandle<Result<T, Failure>>);

impl<T> Aside<T> {
    /// Waits for what was read.
    pub(crate) async fn finish(self) -> Result<T, Failure> {
        match self.0.await {
            Ok(result) => result,
            Err(stopped) => match stopped.try_into_panic() {
                // The bug is this read's; whoever asked for it lives on.
                Ok(panic) => Err(Failure::panicked(&*panic)),
                // Only a runtime that is shutting down cancels a blocking task.
                Err(_) => Err(Failure::Closed),
            },
        }
    }
}

impl Drop for Borrowed {
    fn drop(&mut self) {
        let Some(reader) = self.reader.take() else {
            return;
        };
        // What a panic left half done is not read with again.
        if !self.readers.places.is_closed() && !std::thread::panicking() {
            self.readers.idle().push(reader);
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::panic)]
mod tests {
    use es_core::event::Position;

    use super::*;
    use crate::writer::Writer;

    #[tokio::test]
    async fn a_panic_while_reading_is_an_error_of_that_read_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("orders.db");
        let config = SqliteConfig::new(&path);
        let connector = Connector::new(path, &config);
        let committed = tokio::sync::watch::Sender::default();
        let writer =
            Writer::open(config.clone(), connector.clone(), committed, Arc::default()).unwrap();
        let readers = Readers::new(connector, writer.file(), &config).unwrap();

        let read = |_: &mut Reader| -> Result<(), Failure> { panic!("a bug") };
        let failed = readers.aside(read).await;
        assert!(matches!(failed, Err(Failure::Panicked(message)) if message == "a bug"));
        let head = readers.aside(|reader| crate::read::head(&reader.connection)).await;
        assert_eq!(head.unwrap(), Position(0));
    }
}
