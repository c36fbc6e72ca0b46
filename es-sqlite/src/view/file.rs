use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

use rusqlite::{Connection, ErrorCode};
use tokio::sync::watch;

use es_core::projection::ReadSideError;

use crate::config::{SqliteConfig, Synchronous};
use crate::connect::Connector;
use crate::error::{SqliteOpenError, is_busy, is_unsound, reason};
use crate::schema::READ_SIDE;

/// One file of the read side and the connections to it that nobody is using.
#[derive(Debug)]
pub(super) struct ReadFile {
    connector: Connector,
    writers: Mutex<Vec<Connection>>,
    readers: Mutex<Vec<Connection>>,
    kept_readers: usize,
    lent: watch::Sender<usize>,
    is_closed: AtomicBool,
}

/// What a connection may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Access {
    Write,
    Read,
}

impl ReadFile {
    /// Opens the file, and makes it and its schema where they are missing.
    pub(super) fn open(path: PathBuf, config: &SqliteConfig) -> Result<Self, SqliteOpenError> {
        let connector = Connector::new(path, config);
        // What a power cut takes from the end is handled again, so the file need not be flushed
        // at every commit.
        let writer = connector.writer(&READ_SIDE, Synchronous::Normal);
        let writer = writer.map_err(SqliteOpenError::of_read_side)?;
        Ok(Self {
            connector,
            writers: Mutex::new(vec![writer]),
            readers: Mutex::default(),
            kept_readers: config.readers,
            lent: watch::Sender::new(0),
            is_closed: AtomicBool::new(false),
        })
    }

    pub(super) fn path(&self) -> &Path {
        self.connector.path()
    }

    /// Takes a connection that nobody is using, or opens one.
    pub(super) fn take(&self, access: Access) -> Result<Connection, ReadSideError> {
        if self.is_closed.load(Ordering::Acquire) {
            return Err(ReadSideError::Closed);
        }
        let idle = self.idle(access).lock().unwrap_or_else(PoisonError::into_inner).pop();
        let connection = match idle {
            Some(connection) => connection,
            None => self.opened(access)?,
        };
        self.lent.send_modify(|lent| *lent += 1);
        Ok(connection)
    }

    fn opened(&self, access: Access) -> Result<Connection, ReadSideError> {
        match access {
            Access::Read => self.connector.reader().map_err(|error| self.error(&error)),
            Access::Write => {
                let opened = self.connector.writer(&READ_SIDE, Synchronous::Normal);
                opened.map_err(|error| unavailable(error.of_read_side()))
            }
        }
    }

    /// Takes a connection back for the next one, or closes one that is not fit for it.
    pub(super) fn give_back(&self, connection: Connection, access: Access, is_fit: bool) {
        let mut idle = self.idle(access).lock().unwrap_or_else(PoisonError::into_inner);
        let is_wanted = idle.len() < self.kept_readers && !self.is_closed.load(Ordering::Acquire);
        if is_fit && is_wanted {
            idle.push(connection);
        } else {
            drop(connection);
        }
        self.lent.send_modify(|lent| *lent = lent.saturating_sub(1));
    }

    /// Closes every connection and waits for those that are in use: while one is open, the last
    /// commits may still be in the write-ahead log.
    pub(super) async fn close(&self) {
        self.is_closed.store(true, Ordering::Release);
        // The sender is this file's own, so waiting cannot fail.
        let _ = self.lent.subscribe().wait_for(|lent| *lent == 0).await;
        for access in [Access::Read, Access::Write] {
            self.idle(access).lock().unwrap_or_else(PoisonError::into_inner).clear();
        }
    }

    /// Says what an error of SQLite means for the read side.
    pub(super) fn error(&self, error: &rusqlite::Error) -> ReadSideError {
        if is_busy(error) {
            return ReadSideError::Busy;
        }
        let path = self.path();
        match error.sqlite_error_code() {
            Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => {
                unavailable(SqliteOpenError::of(path, error).of_read_side())
            }
            None if is_unsound(error) => {
                unavailable(SqliteOpenError::of(path, error).of_read_side())
            }
            _ => ReadSideError::Unavailable { reason: reason(path, error) },
        }
    }

    fn idle(&self, access: Access) -> &Mutex<Vec<Connection>> {
        match access {
            Access::Write => &self.writers,
            Access::Read => &self.readers,
        }
    }
}

fn unavailable(error: SqliteOpenError) -> ReadSideError {
    ReadSideError::Unavailable { reason: error.to_string() }
}
