use std::cell::Cell;
use std::sync::Arc;

use rusqlite::Connection;

use es_core::projection::ReadSideError;
use es_core::projection::overlay::{StoredRow, StoredViews};
use es_core::projection::{Scan, ViewPlace};

use super::file::{Access, ReadFile};
use super::table;

/// A connection at work, on one thread, with what is open on it.
///
/// A writing one reads outside any transaction and opens one as late as possible: at the first
/// SQL written by hand, or at the flush. The rows' hidden versions make that safe, and nobody
/// holds SQLite's one write lock while handlers run.
pub(super) struct Work {
    file: Arc<ReadFile>,
    access: Access,
    // Absent only while it is being dropped.
    connection: Option<Connection>,
    is_open: Cell<bool>,
    is_in_event: Cell<bool>,
}

impl Work {
    /// Takes a connection for a writing batch.
    pub(super) fn begin(file: Arc<ReadFile>) -> Result<Self, ReadSideError> {
        Self::take(file, Access::Write)
    }

    /// Takes a connection and opens a reading snapshot on it.
    pub(super) fn snapshot(file: Arc<ReadFile>) -> Result<Self, ReadSideError> {
        let work = Self::take(file, Access::Read)?;
        work.run("BEGIN DEFERRED")?;
        work.is_open.set(true);
        Ok(work)
    }

    fn take(file: Arc<ReadFile>, access: Access) -> Result<Self, ReadSideError> {
        let connection = Some(file.take(access)?);
        let (is_open, is_in_event) = (Cell::new(false), Cell::new(false));
        Ok(Self { file, access, connection, is_open, is_in_event })
    }

    pub(super) fn connection(&self) -> Result<&Connection, ReadSideError> {
        self.connection.as_ref().ok_or(ReadSideError::Closed)
    }

    pub(super) fn is_read_only(&self) -> bool {
        self.access == Access::Read
    }

    /// Opens the transaction if it is not open yet.
    pub(super) fn open(&self) -> Result<(), ReadSideError> {
        if self.is_open.get() {
            return Ok(());
        }
        self.run("BEGIN IMMEDIATE")?;
        self.is_open.set(true);
        if self.is_in_event.get() { self.run("SAVEPOINT event") } else { Ok(()) }
    }

    /// Begins an event: what it writes by hand can be undone alone.
    pub(super) fn begin_event(&self) -> Result<(), ReadSideError> {
        self.is_in_event.set(true);
        if self.is_open.get() { self.run("SAVEPOINT event") } else { Ok(()) }
    }

    pub(super) fn keep_event(&self) -> Result<(), ReadSideError> {
        self.is_in_event.set(false);
        if self.is_open.get() { self.run("RELEASE event") } else { Ok(()) }
    }

    pub(super) fn undo_event(&self) -> Result<(), ReadSideError> {
        self.is_in_event.set(false);
        if self.is_open.get() { self.run("ROLLBACK TO event; RELEASE event") } else { Ok(()) }
    }

    pub(super) fn commit(&self) -> Result<(), ReadSideError> {
        self.run("COMMIT")?;
        self.is_open.set(false);
        Ok(())
    }

    /// Runs a statement of the connection and says what its error means.
    pub(super) fn with<T>(
        &self,
        run: impl FnOnce(&Connection) -> rusqlite::Result<T>,
    ) -> Result<T, ReadSideError> {
        run(self.connection()?).map_err(|error| self.file.error(&error))
    }

    fn run(&self, sql: &str) -> Result<(), ReadSideError> {
        self.with(|connection| connection.execute_batch(sql))
    }

    fn in_view<T>(
        &self,
        place: &ViewPlace<'_>,
        run: impl FnOnce(&Connection) -> rusqlite::Result<T>,
    ) -> Result<T, ReadSideError> {
        run(self.connection()?).map_err(|error| match &error {
            // SQLite has no code of its own for a table that is not there.
            error if error.to_string().contains("no such table") => {
                ReadSideError::UnknownView { view: place.schema.name }
            }
            error => self.file.error(error),
        })
    }
}

impl Drop for Work {
    fn drop(&mut self) {
        let Some(connection) = self.connection.take() else {
            return;
        };
        let is_clean = !self.is_open.get() || connection.execute_batch("ROLLBACK").is_ok();
        // One that cannot even be rolled back is closed, which undoes everything.
        self.file.give_back(connection, self.access, is_clean);
    }
}

impl StoredViews for Work {
    fn load(&self, place: &ViewPlace<'_>, key: &[u8]) -> Result<Option<StoredRow>, ReadSideError> {
        self.in_view(place, |connection| table::load(connection, place, key))
    }

    fn scan(&self, place: &ViewPlace<'_>, scan: &Scan) -> Result<Vec<StoredRow>, ReadSideError> {
        self.in_view(place, |connection| table::scan(connection, place, scan))
    }

    fn count(&self, place: &ViewPlace<'_>, scan: &Scan) -> Result<u64, ReadSideError> {
        self.in_view(place, |connection| table::count(connection, place, scan))
    }
}
