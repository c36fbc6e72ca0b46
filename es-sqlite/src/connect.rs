pub(crate) mod checkpoint;
mod look;
pub(crate) mod unflushed;

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use rusqlite::{Connection, OpenFlags};

use crate::config::{SqliteConfig, Synchronous};
use crate::error::{SqliteOpenError, is_busy};
use crate::schema::Schema;

/// Opens connections to one SQLite file, all in the same way.
#[derive(Debug, Clone)]
pub(crate) struct Connector {
    path: PathBuf,
    vfs: Option<String>,
    busy_timeout: Duration,
    page_cache_kib: u32,
    reader_cache_kib: u32,
}

/// Statements kept prepared per connection.
const STATEMENTS: usize = 64;

impl Connector {
    pub(crate) fn new(path: PathBuf, config: &SqliteConfig) -> Self {
        Self {
            path,
            vfs: config.vfs.clone(),
            busy_timeout: config.busy_timeout,
            page_cache_kib: config.page_cache_kib,
            reader_cache_kib: config.reader_cache_kib,
        }
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Opens the connection that writes: makes folder, file and schema where they are missing,
    /// and refuses what is not ours before anything is changed.
    pub(crate) fn writer(
        &self,
        schema: &Schema,
        synchronous: Synchronous,
    ) -> Result<Connection, SqliteOpenError> {
        look::look(self)?;
        self.open_writer(schema, synchronous, OpenFlags::SQLITE_OPEN_CREATE)
    }

    /// Opens a connection that writes to a file that was open before, and makes none.
    pub(crate) fn writer_again(
        &self,
        schema: &Schema,
        synchronous: Synchronous,
    ) -> Result<Connection, SqliteOpenError> {
        self.open_writer(schema, synchronous, OpenFlags::empty())
    }

    fn open_writer(
        &self,
        schema: &Schema,
        synchronous: Synchronous,
        more: OpenFlags,
    ) -> Result<Connection, SqliteOpenError> {
        let of = |error: rusqlite::Error| SqliteOpenError::of(&self.path, &error);
        let opened = self.open(more);
        let mut connection = opened.map_err(|error| look::not_opened(&self.path, &error))?;
        schema.check(&connection, &self.path)?;
        self.use_write_ahead_log(&connection)?;
        self.settle(&connection, self.page_cache_kib).map_err(of)?;
        checkpoint::install(&mut connection, self.busy_timeout).map_err(of)?;
        self.flush_as(&connection, synchronous)?;
        schema.migrate(&mut connection, &self.path)?;
        Ok(connection)
    }

    /// Opens a connection on which a write fails. The file has to be there.
    pub(crate) fn reader(&self) -> rusqlite::Result<Connection> {
        // Not `SQLITE_OPEN_READ_ONLY`: the first connection after a crash has to recover the
        // write-ahead log, which a read-only one cannot.
        let connection = self.open(OpenFlags::empty())?;
        self.settle(&connection, self.reader_cache_kib)?;
        connection.pragma_update(None, "query_only", true)?;
        Ok(connection)
    }

    /// Opens a connection that only holds the index that all connections share.
    pub(crate) fn anchor(&self) -> rusqlite::Result<Connection> {
        let connection = self.reader()?;
        // It joins the index with its first read.
        connection.query_row("SELECT count(*) FROM sqlite_schema", [], |_| Ok(()))?;
        Ok(connection)
    }

    fn open(&self, more: OpenFlags) -> rusqlite::Result<Connection> {
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX | more;
        let connection = match &self.vfs {
            Some(vfs) => Connection::open_with_flags_and_vfs(&self.path, flags, vfs.as_str())?,
            None => Connection::open_with_flags(&self.path, flags)?,
        };
        connection.busy_timeout(self.busy_timeout)?;
        if unflushed::is_noted(&self.path) {
            unflushed::carry_on_close(&connection, false)?;
        }
        Ok(connection)
    }

    fn settle(&self, connection: &Connection, cache_kib: u32) -> rusqlite::Result<()> {
        connection.set_prepared_statement_cache_capacity(STATEMENTS);
        connection.pragma_update(None, "cache_size", -i64::from(cache_kib))?;
        // Where a plain flush stops at the drive's cache (macOS), ask for the real one.
        connection.pragma_update(None, "fullfsync", true)?;
        connection.pragma_update(None, "checkpoint_fullfsync", true)
    }

    fn use_write_ahead_log(&self, connection: &Connection) -> Result<(), SqliteOpenError> {
        // SQLite does not wait here by itself when two processes make the file at once.
        let mode: String = retry_while(self.busy_timeout, is_busy, || {
            connection.pragma_update_and_check(None, "journal_mode", "WAL", |row| row.get(0))
        })
        .map_err(|error| SqliteOpenError::of(&self.path, &error))?;
        if mode.eq_ignore_ascii_case("wal") {
            return Ok(());
        }
        Err(SqliteOpenError::NoWriteAheadLog { path: self.path.clone(), mode })
    }

    fn flush_as(
        &self,
        connection: &Connection,
        synchronous: Synchronous,
    ) -> Result<(), SqliteOpenError> {
        let of = |error: rusqlite::Error| SqliteOpenError::of(&self.path, &error);
        let wanted = synchronous as i64;
        connection.pragma_update(None, "synchronous", wanted).map_err(of)?;
        let found: i64 =
            connection.pragma_query_value(None, "synchronous", |row| row.get(0)).map_err(of)?;
        if found == wanted {
            return Ok(());
        }
        Err(SqliteOpenError::NotDurable { path: self.path.clone(), wanted, found })
    }
}

/// Runs something again while another process holds a lock, for at most `limit`.
pub(crate) fn retry_while<T, E>(
    limit: Duration,
    is_busy: impl Fn(&E) -> bool,
    mut run: impl FnMut() -> Result<T, E>,
) -> Result<T, E> {
    let end = Instant::now() + limit;
    loop {
        match run() {
            Err(error) if is_busy(&error) && Instant::now() < end => {
                std::thread::sleep(Duration::from_millis(2));
            }
            result => return result,
        }
    }
}

/// A file that belongs to a database and has its name with something behind it. As SQLite's own
/// files do, it stands beside what a symbolic link leads to.
pub(crate) fn beside(path: &Path, suffix: &str) -> PathBuf {
    let path = path.canonicalize().unwrap_or_else(|_| path.to_owned());
    let mut name = path.into_os_string();
    name.push(suffix);
    name.into()
}
