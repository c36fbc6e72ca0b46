mod command;
mod meddler_kind;

use std::any::Any;
use std::path::{Display, Path, PathBuf};

use rusqlite::ErrorCode;

use es_core::event::{Position, StreamId};
use es_core::fault::Fault;
use es_core::registry::OpenError;
use es_core::store::ReadError;
use es_core::store::group::GroupError;

use crate::writer::FileId;
use command::{identifier, sqlite3};
pub use meddler_kind::MeddlerKind;

/// Why a SQLite file could not be opened; the source of [`OpenError::Engine`].
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SqliteOpenError {
    /// The path names a directory.
    #[error("`{path}` is a directory; name a file in it, for example `{path}/orders.db`")]
    Directory {
        /// The path.
        path: PathBuf,
    },
    /// The folder of the file cannot be made.
    #[error(
        "the folder `{folder}` cannot be made: {reason}; choose another path, or make it by hand"
    )]
    Folder {
        /// The folder.
        folder: PathBuf,
        /// What the operating system says.
        reason: String,
    },
    /// The operating system does not let this user read the file.
    #[error("`{path}` cannot be read: {reason}; give this user the right to read and write it")]
    Unreadable {
        /// The path.
        path: PathBuf,
        /// What the operating system says.
        reason: String,
    },
    /// The file, its folder or its disk cannot be written.
    #[error(
        "`{path}` cannot be written: the file, its folder or its disk is read-only; \
         make them writable, or choose another path"
    )]
    ReadOnly {
        /// The path.
        path: PathBuf,
    },
    /// The file is no SQLite database.
    #[error("`{path}` is no SQLite database; choose another path, and leave this file as it is")]
    NotADatabase {
        /// The path.
        path: PathBuf,
    },
    /// The file is a SQLite database of something else.
    #[error("`{path}` is {found}, not {wanted}; choose another path, and leave this file as it is")]
    Foreign {
        /// The path.
        path: PathBuf,
        /// What it is.
        found: &'static str,
        /// What it should be.
        wanted: &'static str,
    },
    /// A newer program wrote the file.
    #[error(
        "`{path}` was written by a newer version of this program (schema {found}, this one knows \
         {known}); run the newer version, or restore a backup from before the upgrade"
    )]
    Newer {
        /// The path.
        path: PathBuf,
        /// The file's schema version.
        found: i64,
        /// The newest version this program knows.
        known: i64,
    },
    /// The file has the schema version of this program, and other tables.
    #[error(
        "`{path}` was made by another build of this program: {difference}; open it with the build \
         that made it, or begin a new log at another path"
    )]
    OtherBuild {
        /// The path.
        path: PathBuf,
        /// The first table, column, index or key that differs.
        difference: String,
    },
    /// The file has the tables, and not the marks by which it is recognised.
    #[error(
        "`{path}` has the tables of {what} and not its marks, which a copy made with `.dump` loses; \
         set them while no program uses it: {}",
        sqlite3(.path, &format!("PRAGMA application_id={application}; PRAGMA user_version={version}"))
    )]
    NoMarks {
        /// The path.
        path: PathBuf,
        /// What it has the tables of.
        what: &'static str,
        /// The mark that says what it is.
        application: i64,
        /// The mark that says which schema version its tables have.
        version: i64,
    },
    /// Somebody put a trigger or a unique index on a table of the file.
    #[error(
        "`{path}` has a foreign {kind} `{name}` on its table `{table}`, which could change or \
         refuse what is stored; drop it while no program uses the file: {}",
        sqlite3(.path, &format!("DROP {} {}", .kind.keyword(), identifier(.name)))
    )]
    Meddler {
        /// The path.
        path: PathBuf,
        /// The table.
        table: String,
        /// What it is.
        kind: MeddlerKind,
        /// Its name.
        name: String,
    },
    /// A file of the read side cannot be used. What projections keep is not lost with it.
    #[error(
        "`{path}` {problem}; delete it or move it away while no program uses it: projections are \
         built anew from the log, reactions begin behind its last event"
    )]
    ReadSide {
        /// The path.
        path: PathBuf,
        /// What is wrong with it.
        problem: String,
    },
    /// The file is cut off or damaged.
    #[error(
        "`{path}` is damaged or cut off: {reason}; remove it with its `-wal` and `-shm` files, and \
         restore it from a backup"
    )]
    Damaged {
        /// The path.
        path: PathBuf,
        /// What is wrong.
        reason: String,
    },
    /// A flush failed in an earlier program, and what it was to flush cannot be flushed now.
    #[error("a flush of `{path}` failed before, and what it left cannot be flushed yet: {reason}")]
    Unflushed {
        /// The path.
        path: PathBuf,
        /// What is in the way.
        reason: String,
    },
    /// The file system cannot carry SQLite's write-ahead log.
    #[error(
        "`{path}` cannot use a write-ahead log (the journal mode stays `{mode}`); \
         put it on a local disk"
    )]
    NoWriteAheadLog {
        /// The path.
        path: PathBuf,
        /// The mode SQLite stays in.
        mode: String,
    },
    /// A setting that durability rests on does not hold.
    #[error("`{path}` does not keep `synchronous={wanted}` (it is {found}); {REPORT}")]
    NotDurable {
        /// The path.
        path: PathBuf,
        /// The value asked for.
        wanted: i64,
        /// The value SQLite reports.
        found: i64,
    },
    /// Another process held the file for too long.
    #[error("`{path}` is locked by another process; end that process, or try again")]
    Busy {
        /// The path.
        path: PathBuf,
    },
    /// Anything else.
    #[error("`{path}` cannot be opened: {reason}; try again, and look into the system's log")]
    Other {
        /// The path.
        path: PathBuf,
        /// What SQLite or the operating system says.
        reason: String,
    },
}

const REPORT: &str = "the file system in use changes it; choose another one";

impl From<SqliteOpenError> for OpenError {
    fn from(error: SqliteOpenError) -> Self {
        Self::Engine(Fault::new(error))
    }
}

impl SqliteOpenError {
    /// The same of a file of the read side, which needs no backup and has its own place.
    pub(crate) fn of_read_side(self) -> Self {
        let (path, problem) = match self {
            Self::Directory { path } => (path, "is a directory".to_owned()),
            Self::NotADatabase { path } => (path, "is no SQLite database".to_owned()),
            Self::Foreign { path, found, wanted } => (path, format!("is {found}, not {wanted}")),
            Self::Newer { path, found, known } => (
                path,
                format!(
                    "was written by a newer version of this program (schema {found}, this one \
                     knows {known})"
                ),
            ),
            Self::OtherBuild { path, difference } => {
                (path, format!("was made by another build of this program: {difference}"))
            }
            Self::NoMarks { path, what, .. } => {
                (path, format!("has the tables of {what} and not its marks"))
            }
            Self::Meddler { path, table, kind, name } => {
                (path, format!("has a foreign {kind} `{name}` on its table `{table}`"))
            }
            Self::Damaged { path, reason } => (path, format!("is damaged or cut off: {reason}")),
            other => return other,
        };
        Self::ReadSide { path, problem }
    }

    /// Says what an error of SQLite means while a file is being opened.
    pub(crate) fn of(path: &Path, error: &rusqlite::Error) -> Self {
        let path = path.to_owned();
        match error.sqlite_error_code() {
            Some(ErrorCode::NotADatabase) => Self::NotADatabase { path },
            Some(ErrorCode::DatabaseCorrupt) => Self::Damaged { path, reason: text(error) },
            Some(ErrorCode::ReadOnly) => Self::ReadOnly { path },
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => Self::Busy { path },
            Some(ErrorCode::PermissionDenied) => Self::Unreadable { path, reason: text(error) },
            // SQLite cannot tell a missing right from a read-only disk; the path exists or can be
            // made, as was looked at before, so writing is what failed.
            Some(ErrorCode::CannotOpen) => Self::ReadOnly { path },
            None if is_unsound(error) => Self::Damaged { path, reason: text(error) },
            _ => Self::Other { path, reason: text(error) },
        }
    }
}

/// What can go wrong between a row and an event.
#[derive(Debug)]
pub(crate) enum Failure {
    Sqlite(rusqlite::Error),
    /// The event at this position is not what was stored.
    Damaged(Position),
    /// A shared row is not what was stored; an event that uses it says where.
    Unsound,
    /// The stream's snapshot is not what was stored.
    DamagedSnapshot(StreamId),
    /// A read panicked, with this message.
    Panicked(String),
    /// The path leads to another file than the writer's, or to none.
    Replaced,
    Closed,
}

impl From<rusqlite::Error> for Failure {
    fn from(error: rusqlite::Error) -> Self {
        Self::Sqlite(error)
    }
}

impl Failure {
    /// Names the event that cannot be read, if it is the event's own fault.
    pub(crate) fn at(self, position: Position) -> Self {
        match self {
            Self::Sqlite(error) if error.sqlite_error_code().is_none() => Self::Damaged(position),
            Self::Unsound => Self::Damaged(position),
            other => other,
        }
    }

    pub(crate) fn panicked(panic: &(dyn Any + Send)) -> Self {
        let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
        let text = text.or_else(|| panic.downcast_ref::<String>().cloned());
        Self::Panicked(text.unwrap_or_else(|| "it left no message".to_owned()))
    }

    pub(crate) fn is_busy(&self) -> bool {
        matches!(self, Self::Sqlite(error) if is_busy(error))
    }

    pub(crate) fn into_read_error(self, path: &Path) -> ReadError {
        let log = path.display().to_string();
        match self {
            Self::Sqlite(error) => ReadError::Unavailable { reason: reason(path, &error) },
            Self::Damaged(position) => ReadError::Damaged { log, position },
            Self::Unsound => ReadError::Unavailable {
                reason: format!(
                    "`{log}` is damaged; remove it with its `-wal` and `-shm` files, and restore \
                     it from a backup"
                ),
            },
            Self::DamagedSnapshot(stream) => ReadError::DamagedSnapshot { log, stream },
            Self::Panicked(message) => ReadError::Unavailable {
                reason: format!("reading `{log}` panicked: {message}; try again, and report it"),
            },
            Self::Replaced => ReadError::Unavailable { reason: FileId::changed(path) },
            Self::Closed => ReadError::Closed,
        }
    }
}

/// Says what an error of SQLite means for a group of which nothing is stored.
pub(crate) fn group_error(path: &Path, error: &rusqlite::Error) -> GroupError {
    if is_busy(error) {
        return GroupError::Busy;
    }
    GroupError::Unavailable { reason: reason(path, error) }
}

/// True if another connection held a lock for too long.
pub(crate) fn is_busy(error: &rusqlite::Error) -> bool {
    let code = error.sqlite_error_code();
    matches!(code, Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked))
}

/// True if a row is missing or is not what was stored: SQLite finds nothing wrong with that.
pub(crate) fn is_unsound(error: &rusqlite::Error) -> bool {
    use rusqlite::Error::{
        FromSqlConversionFailure, IntegralValueOutOfRange, InvalidColumnType, QueryReturnedNoRows,
    };
    matches!(
        error,
        QueryReturnedNoRows
            | InvalidColumnType(..)
            | FromSqlConversionFailure(..)
            | IntegralValueOutOfRange(..)
    )
}

/// True if a unique key was taken.
pub(crate) fn is_taken(error: &rusqlite::Error) -> bool {
    error.sqlite_error_code() == Some(ErrorCode::ConstraintViolation)
}

/// True if there was no room left.
pub(crate) fn is_full(error: &rusqlite::Error) -> bool {
    error.sqlite_error_code() == Some(ErrorCode::DiskFull)
}

/// One sentence with the path and the remedy.
pub(crate) fn reason(path: &Path, error: &rusqlite::Error) -> String {
    let path = path.display();
    match error.sqlite_error_code() {
        None if is_unsound(error) => damaged(&path, error),
        Some(ErrorCode::DiskFull) => format!("the disk of `{path}` is full; free some room"),
        Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => damaged(&path, error),
        Some(ErrorCode::ReadOnly) => {
            format!("`{path}` is on a read-only disk; make it writable")
        }
        Some(ErrorCode::SystemIoFailure | ErrorCode::CannotOpen) => {
            format!("the disk of `{path}` fails: {error}; look into the system's log")
        }
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => {
            format!("`{path}` is locked by another process; try again")
        }
        Some(ErrorCode::PermissionDenied) => {
            format!(
                "`{path}` cannot be used: {error}; give this user the right to read and write it"
            )
        }
        _ => format!("`{path}` cannot be used: {error}; try again, and look into the system's log"),
    }
}

fn damaged(path: &Display<'_>, error: &rusqlite::Error) -> String {
    format!(
        "`{path}` is damaged or cut off: {}; remove it with its `-wal` and `-shm` files, and restore \
         it from a backup",
        text(error)
    )
}

fn text(error: &rusqlite::Error) -> String {
    match error {
        rusqlite::Error::QueryReturnedNoRows => "a row that must be there is missing".to_owned(),
        error => error.to_string(),
    }
}
