//! The note beside a database that says that a flush of its write-ahead log failed, and that nobody
//! has made up for it since.
//!
//! Until then the system may take frames for written that the disk lacks. A connection that finds
//! them in the write-ahead log must not carry them into the database when it is closed.

use std::path::{Path, PathBuf};
use std::{fs, io};

use rusqlite::Connection;
use rusqlite::config::DbConfig;

use super::beside;

const WHAT_IT_IS: &str = "A flush of the database beside this file failed. The next program that \
                          opens it makes up for that and removes this file.\n";

/// Leaves the note. It is lost with the system's memory, like that which it tells of.
pub(crate) fn note(path: &Path) -> io::Result<()> {
    fs::write(place(path), WHAT_IT_IS)
}

pub(crate) fn is_noted(path: &Path) -> bool {
    place(path).exists()
}

/// Removes the note. Where it cannot be removed, the next program makes up for nothing.
pub(crate) fn forget(path: &Path) {
    let _ = fs::remove_file(place(path));
}

/// Chooses whether the connection, if it is the last one to be closed, carries the write-ahead log
/// into the database.
pub(crate) fn carry_on_close(connection: &Connection, carries: bool) -> rusqlite::Result<()> {
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, !carries).map(drop)
}

fn place(path: &Path) -> PathBuf {
    beside(path, "-unflushed")
}
