//! Looks at a file before SQLite opens it, and refuses what is no database, leaving it and all that
//! lies beside it as it is.
//!
//! A database must not be opened with the standard library: closing a file gives up every lock that
//! the process has on it, also SQLite's (<https://www.sqlite.org/howtocorrupt.html>, section 2.2),
//! and the next program that closes it would take the write-ahead log away from under this one's
//! connections.

use std::fs::{self, File};
use std::io::{self, ErrorKind};
use std::path::Path;

use rusqlite::{Connection, ErrorCode, OpenFlags};

use super::{Connector, beside};
use crate::error::SqliteOpenError;

/// How a database begins.
const MAGIC: &[u8] = b"SQLite format 3\0";
/// The length of its header. In a shorter file there is no page that a lock could protect.
const HEADER_BYTES: u64 = 100;

/// Looks at the path with the operating system's eyes, whose answers are more exact than
/// SQLite's, and makes the folder if it is missing.
pub(super) fn look(connector: &Connector) -> Result<(), SqliteOpenError> {
    let path = connector.path();
    match fs::metadata(path) {
        Ok(found) if found.is_dir() => Err(SqliteOpenError::Directory { path: path.to_owned() }),
        Ok(found) => look_inside(connector, found.len()),
        Err(error) if error.kind() == ErrorKind::NotFound => make_folder(path),
        Err(error) if error.kind() == ErrorKind::NotADirectory => make_folder(path),
        Err(error) => Err(unreadable(path, &error)),
    }
}

fn make_folder(path: &Path) -> Result<(), SqliteOpenError> {
    let Some(folder) = path.parent() else {
        return Ok(());
    };
    fs::create_dir_all(folder).map_err(|error| SqliteOpenError::Folder {
        folder: folder.to_owned(),
        reason: error.to_string(),
    })
}

fn look_inside(connector: &Connector, bytes: u64) -> Result<(), SqliteOpenError> {
    let path = connector.path();
    let damaged = |reason: &str| {
        Err(SqliteOpenError::Damaged { path: path.to_owned(), reason: reason.to_owned() })
    };
    let is_cut_off = |begin: Vec<u8>| begin.starts_with(MAGIC) || MAGIC.starts_with(&begin);
    match bytes {
        // SQLite would throw the write-ahead log of an empty database away, and with it events.
        0 if has_write_ahead_log(path) => damaged("it is empty, but its write-ahead log is not"),
        0 => Ok(()),
        1..HEADER_BYTES if fs::read(path).is_ok_and(is_cut_off) => damaged("its header is cut off"),
        _ if is_no_database(connector) => {
            Err(SqliteOpenError::NotADatabase { path: path.to_owned() })
        }
        _ => Ok(()),
    }
}

/// Whether SQLite itself says so. As a file that nobody changes it neither locks it nor looks at
/// what lies beside it, which it would otherwise carry into the file, or remove.
fn is_no_database(connector: &Connector) -> bool {
    let encoded: String = connector
        .path
        .as_os_str()
        .as_encoded_bytes()
        .iter()
        .map(|byte| format!("%{byte:02x}"))
        .collect();
    let uri = format!("file:{encoded}?immutable=1");
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY
        | OpenFlags::SQLITE_OPEN_URI
        | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let opened = match &connector.vfs {
        Some(vfs) => Connection::open_with_flags_and_vfs(uri, flags, vfs.as_str()),
        None => Connection::open_with_flags(uri, flags),
    };
    let looked = opened.and_then(|connection| {
        connection.pragma_query_value(None, "application_id", |row| row.get::<_, i64>(0))
    });
    looked.is_err_and(|error| error.sqlite_error_code() == Some(ErrorCode::NotADatabase))
}

/// What to tell where SQLite did not open a file: it cannot tell one that may not be read.
pub(super) fn not_opened(path: &Path, error: &rusqlite::Error) -> SqliteOpenError {
    if error.sqlite_error_code() == Some(ErrorCode::CannotOpen) {
        match File::open(path) {
            Err(denied) if denied.kind() == ErrorKind::PermissionDenied => {
                return unreadable(path, &denied);
            }
            // Not closed, for the sake of the locks. What SQLite cannot open is hardly ever here.
            opened => std::mem::forget(opened),
        }
    }
    SqliteOpenError::of(path, error)
}

fn unreadable(path: &Path, error: &io::Error) -> SqliteOpenError {
    SqliteOpenError::Unreadable { path: path.to_owned(), reason: error.to_string() }
}

/// Whether there is something in the write-ahead log of a database.
fn has_write_ahead_log(path: &Path) -> bool {
    fs::metadata(beside(path, "-wal")).is_ok_and(|wal| wal.len() > 0)
}
