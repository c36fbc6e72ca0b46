//! What the tests of this crate share.

use es_faults::Disk;
use rusqlite::Connection;
use tempfile::TempDir;

/// A disk of its own, a folder of its own and the path of a database in it.
pub struct World {
    pub disk: Disk,
    pub path: std::path::PathBuf,
    _folder: TempDir,
}

impl World {
    pub fn new(name: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let disk = Disk::register(name).unwrap();
        Self { disk, path: folder.path().join("orders.db"), _folder: folder }
    }

    /// Opens the database in the given modes and creates its table.
    pub fn open(&self, journal_mode: &str, synchronous: &str) -> rusqlite::Result<Connection> {
        let connection = self.disk.open(&self.path)?;
        connection.execute_batch(&format!(
            "PRAGMA journal_mode={journal_mode}; PRAGMA synchronous={synchronous};
             CREATE TABLE IF NOT EXISTS orders (id INTEGER PRIMARY KEY, note TEXT);"
        ))?;
        Ok(connection)
    }

    pub fn open_durable(&self) -> Connection {
        self.open("WAL", "FULL").unwrap()
    }
}

pub fn insert(connection: &Connection, id: i64) -> rusqlite::Result<()> {
    connection.execute("INSERT INTO orders VALUES (?, ?)", (id, "a note ".repeat(40)))?;
    Ok(())
}

pub fn count(connection: &Connection) -> i64 {
    connection.query_row("SELECT count(*) FROM orders", [], |row| row.get(0)).unwrap()
}

/// The extended result code of a failed call.
pub fn code<T: std::fmt::Debug>(result: rusqlite::Result<T>) -> i32 {
    match result.unwrap_err() {
        rusqlite::Error::SqliteFailure(failure, _) => failure.extended_code,
        other => panic!("not an answer of SQLite: {other}"),
    }
}

pub fn assert_sound(connection: &Connection) {
    let verdict: String =
        connection.query_row("PRAGMA integrity_check", [], |row| row.get(0)).unwrap();
    assert_eq!(verdict, "ok");
}
