//! The one connection that writes: `es_core::store::group` drives it, batch by batch.
//!
//! What the writer remembers of the log (head, streams, names) holds as long as nobody else has
//! committed. It asks SQLite right after it has the write lock, when nobody can: `data_version`
//! moves for the commits of others only, and a change makes it forget everything.

mod file_id;
mod known_head;
mod resolve;
mod write_again;

use std::path::PathBuf;
use std::sync::Arc;

use rusqlite::{Connection, OptionalExtension};
use tokio::sync::watch;

use es_core::event::{Position, Timestamp};
use es_core::store::group::{
    Accepted, CommitError, GroupEngine, GroupError, Resolution, WriteError,
};
use es_core::store::{Append, Committed, LogId};

pub(crate) use self::file_id::FileId;
pub(crate) use self::known_head::KnownHead;
pub(crate) use self::write_again::open_wal;
pub use self::write_again::{OpenWal, WalFile};
use crate::append::{Appending, Stop};
use crate::command_id::{Forgetting, Window};
use crate::config::SqliteConfig;
use crate::connect::Connector;
use crate::error::{Failure, SqliteOpenError, group_error, is_busy, is_full, reason};
use crate::schema::LOG;
use crate::snapshot::Waiting;
use crate::{read, schema};

const LAST: &str = include_str!("read/last.sql");

/// Owns the writing connection.
pub(crate) struct Writer {
    config: SqliteConfig,
    connector: Connector,
    committed: watch::Sender<Position>,
    known: Arc<KnownHead>,
    /// What was opened first: whatever the path leads to later must be the same.
    file: FileId,
    open: Option<Open>,
    appending: Appending,
    forgetting: Forgetting,
    snapshots: Arc<Waiting>,
    /// Batches accepted in the current group.
    batches: usize,
}

/// What belongs to one opening of the file.
struct Open {
    connection: Connection,
    /// SQLite's counter of foreign commits when the memory was last true.
    data_version: Option<i64>,
    /// The head before the current group.
    durable: (Position, Timestamp),
}

impl Writer {
    /// Opens the file and makes it ready.
    pub(crate) fn open(
        config: SqliteConfig,
        connector: Connector,
        committed: watch::Sender<Position>,
        snapshots: Arc<Waiting>,
    ) -> Result<Self, SqliteOpenError> {
        let open = Open::of(connector.writer(&LOG, config.synchronous)?);
        Ok(Self {
            file: FileId::of(connector.path()),
            open: Some(open),
            appending: Appending::new(&config),
            forgetting: Forgetting::new(Window::of(&config)),
            config,
            connector,
            committed,
            known: Arc::new(KnownHead::unknown()),
            snapshots,
            batches: 0,
        })
    }

    /// Which file it writes.
    pub(crate) fn file(&self) -> FileId {
        self.file
    }

    /// The log's identity and head, as they are when it is opened.
    pub(crate) fn identity(&self) -> Result<(LogId, Position), SqliteOpenError> {
        let path = self.connector.path();
        let Some(open) = &self.open else {
            let reason = "it was closed".to_owned();
            return Err(SqliteOpenError::Other { path: path.to_owned(), reason });
        };
        let identity = schema::identity(&open.connection)
            .map_err(|error| SqliteOpenError::of(path, &error))?;
        let head = read::head(&open.connection).map_err(|failure| match failure {
            Failure::Sqlite(error) => SqliteOpenError::of(path, &error),
            other => SqliteOpenError::Damaged {
                path: path.to_owned(),
                reason: other.into_read_error(path).to_string(),
            },
        })?;
        Ok((identity, head))
    }

    fn path(&self) -> PathBuf {
        self.connector.path().to_owned()
    }

    /// Takes the write lock and finds out whether the memory still holds.
    fn lock(&mut self) -> Result<(), GroupError> {
        let path = self.connector.path();
        let Some(open) = &mut self.open else {
            let reason = format!("`{}` cannot be opened; try again", path.display());
            return Err(GroupError::Unavailable { reason });
        };
        self.file.check(path).map_err(|reason| GroupError::Unavailable { reason })?;
        let begun = open.begin(&mut self.appending);
        begun.map_err(|error| {
            // Without effect where the transaction has not begun.
            let _ = open.connection.execute_batch("ROLLBACK");
            group_error(path, &error)
        })
    }

    /// The head, for those who look beside the writer.
    pub(crate) fn known_head(&self) -> Arc<KnownHead> {
        Arc::clone(&self.known)
    }

    /// Lets go of a file of which it is not known what is durable, or which is not needed any more.
    fn let_go(&mut self) {
        self.known.forget();
        self.open = None;
    }

    /// Tells what is durable, and wakes readers; also those who wait for a commit of another
    /// process that was seen here.
    pub(crate) fn publish(&self, head: Position) {
        self.known.set(head);
        self.committed.send_if_modified(|known| {
            let is_news = *known < head;
            *known = (*known).max(head);
            is_news
        });
    }
}

impl Open {
    fn of(connection: Connection) -> Self {
        Self { connection, data_version: None, durable: (Position(0), Timestamp::MIN) }
    }

    fn begin(&mut self, appending: &mut Appending) -> rusqlite::Result<()> {
        self.connection.prepare_cached("BEGIN IMMEDIATE")?.execute([])?;
        let version: i64 = self
            .connection
            .prepare_cached("PRAGMA data_version")?
            .query_row([], |row| row.get(0))?;
        if self.data_version != Some(version) {
            appending.forget();
            let last = self
                .connection
                .prepare_cached(LAST)?
                .query_row([], |row| Ok((row.get::<_, i64>(0)?, row.get(1)?)))
                .optional()?;
            let (head, at) = last.unwrap_or((0, i64::MIN));
            self.durable =
                (Position(u64::try_from(head).unwrap_or(0)), Timestamp::from_microseconds(at));
            self.data_version = Some(version);
        }
        (appending.head, appending.recorded_at) = self.durable;
        appending.has_written = false;
        Ok(())
    }
}

impl GroupEngine for Writer {
    fn begin(&mut self) -> Result<(), GroupError> {
        if self.open.is_none() {
            // The last commit's outcome is unknown, and what the file shows is not yet flushed.
            self.open = Some(self.reopen().map_err(|reason| GroupError::Unavailable { reason })?);
        }
        self.batches = 0;
        self.lock()
    }

    fn write(&mut self, batch: &Append) -> Result<Committed, WriteError> {
        let path = self.path();
        let Some(open) = &self.open else {
            return Err(WriteError::Broken(GroupError::Busy));
        };
        match self.appending.append(&open.connection, batch) {
            Ok(committed) => {
                self.batches += 1;
                Ok(committed)
            }
            Err(Stop::Refused(error)) => Err(WriteError::Refused(error)),
            Err(Stop::Broken(failure)) => Err(WriteError::Broken(broken(&path, failure))),
        }
    }

    fn commit(&mut self) -> Result<(), CommitError> {
        let path = self.connector.path();
        let Some(open) = &mut self.open else {
            return Ok(());
        };
        let at = self.appending.recorded_at;
        let not_stored = |error| CommitError::NotStored(group_error(path, &error));
        if let Err(error) = self.forgetting.step(&open.connection, at, self.batches) {
            // SQLite may have undone the whole transaction, and then there is nothing to commit.
            if open.connection.is_autocommit() {
                return Err(not_stored(error));
            }
            // To remember too much harms nobody; to refuse commands for it would.
            tracing::warn!(%error, "cannot forget old commands; it is tried again later");
            self.forgetting.pause(at);
        }
        if let Err(error) = self.snapshots.write(&open.connection, &mut self.appending) {
            if open.connection.is_autocommit() {
                return Err(not_stored(error));
            }
            tracing::warn!(%error, "cannot write snapshots; the next ones are tried again");
        }
        let result =
            open.connection.prepare_cached("COMMIT").and_then(|mut commit| commit.execute([]));
        match result {
            Ok(_) => {}
            // What did not fit was not written to its end, and a transaction without its last
            // page is none.
            Err(error) if is_full(&error) || is_busy(&error) => return Err(not_stored(error)),
            Err(error) => {
                return Err(CommitError::Unknown { reason: reason(path, &error) });
            }
        }
        open.durable = (self.appending.head, self.appending.recorded_at);
        self.publish(self.appending.head);
        self.snapshots.written();
        Ok(())
    }

    fn undo(&mut self) {
        let has_written = std::mem::take(&mut self.appending.has_written);
        let Some(open) = &mut self.open else { return };
        let is_over = open.connection.is_autocommit();
        if !is_over && open.connection.execute_batch("ROLLBACK").is_err() {
            // A connection that cannot even roll back is of no more use.
            self.let_go();
            return;
        }
        if has_written {
            open.data_version = None;
            self.forgetting.restart();
        }
        (self.appending.head, self.appending.recorded_at) = open.durable;
        // Another process's commits may have been seen on the way.
        self.publish(self.appending.head);
    }

    fn resolve(&mut self, group: &[Accepted]) -> Resolution {
        self.find_out(group)
    }

    fn close(&mut self) {
        while !self.snapshots.is_empty() {
            if self.begin().is_err() || self.commit().is_err() {
                // They can be taken again.
                break;
            }
        }
        self.let_go();
    }
}

fn broken(path: &std::path::Path, failure: Failure) -> GroupError {
    match failure {
        Failure::Sqlite(error) => group_error(path, &error),
        other => GroupError::Unavailable { reason: other.into_read_error(path).to_string() },
    }
}
