use crate::IoError;

/// A kind of call SQLite makes to its file system.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Call {
    /// Opens a file.
    Open,
    /// Reads from a file.
    Read,
    /// Writes to a file.
    Write,
    /// Flushes a file to the disk.
    Sync,
    /// Shortens a file.
    Truncate,
    /// Deletes a file.
    Delete,
    /// Takes a lock on a database file (rollback journal mode, and once per WAL connection).
    Lock,
    /// Maps or locks the wal-index; the file's name is that of the database.
    Shm,
}

impl Call {
    /// Every kind, in the order of [`Call::index`].
    pub(crate) const ALL: [Self; 8] = [
        Self::Open,
        Self::Read,
        Self::Write,
        Self::Sync,
        Self::Truncate,
        Self::Delete,
        Self::Lock,
        Self::Shm,
    ];

    /// Where this kind stands in an array with one place per kind.
    pub(crate) fn index(self) -> usize {
        self as usize
    }

    /// The error a real disk would most likely answer with.
    pub(crate) fn usual_error(self) -> IoError {
        match self {
            Self::Open => IoError::CannotOpen,
            Self::Read => IoError::Read,
            Self::Write => IoError::Write,
            Self::Sync => IoError::Fsync,
            Self::Truncate => IoError::Truncate,
            Self::Delete => IoError::Delete,
            Self::Lock => IoError::Lock,
            Self::Shm => IoError::ShmMap,
        }
    }
}
