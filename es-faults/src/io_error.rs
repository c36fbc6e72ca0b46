use std::ffi::c_int;

use rusqlite::ffi;

/// The error a failing call answers with, by SQLite's extended result codes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum IoError {
    /// `SQLITE_IOERR_READ`.
    Read,
    /// `SQLITE_IOERR_WRITE`.
    Write,
    /// `SQLITE_IOERR_FSYNC`.
    Fsync,
    /// `SQLITE_IOERR_TRUNCATE`.
    Truncate,
    /// `SQLITE_IOERR_DELETE`.
    Delete,
    /// `SQLITE_IOERR_LOCK`.
    Lock,
    /// `SQLITE_IOERR_SHMMAP`.
    ShmMap,
    /// `SQLITE_IOERR_SHMLOCK`.
    ShmLock,
    /// `SQLITE_IOERR_NOMEM`.
    NoMemory,
    /// `SQLITE_CANTOPEN`.
    CannotOpen,
    /// `SQLITE_FULL`.
    Full,
    /// `SQLITE_BUSY`, as when another process holds the lock.
    Busy,
    /// `SQLITE_PERM`.
    Permission,
}

impl IoError {
    /// Returns the extended result code SQLite reports to the caller.
    pub fn code(self) -> c_int {
        match self {
            Self::Read => ffi::SQLITE_IOERR_READ,
            Self::Write => ffi::SQLITE_IOERR_WRITE,
            Self::Fsync => ffi::SQLITE_IOERR_FSYNC,
            Self::Truncate => ffi::SQLITE_IOERR_TRUNCATE,
            Self::Delete => ffi::SQLITE_IOERR_DELETE,
            Self::Lock => ffi::SQLITE_IOERR_LOCK,
            Self::ShmMap => ffi::SQLITE_IOERR_SHMMAP,
            Self::ShmLock => ffi::SQLITE_IOERR_SHMLOCK,
            Self::NoMemory => ffi::SQLITE_IOERR_NOMEM,
            Self::CannotOpen => ffi::SQLITE_CANTOPEN,
            Self::Full => ffi::SQLITE_FULL,
            Self::Busy => ffi::SQLITE_BUSY,
            Self::Permission => ffi::SQLITE_PERM,
        }
    }
}
