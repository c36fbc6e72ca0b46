use std::io;
use std::path::Path;
use std::sync::Arc;

use rusqlite::{Connection, OpenFlags};

use crate::gate::Barrier;
use crate::state::Shared;
use crate::{Call, Crash, DiskFile, Fault, Gate, vfs};

/// A disk under the test's control, registered with SQLite as a file system.
///
/// Clones are the same disk. A disk stays registered until the process ends, because SQLite may
/// still hold connections to it.
#[derive(Clone, Debug)]
pub struct Disk {
    name: &'static str,
    shared: &'static Shared,
}

/// Says why a disk could not be registered.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RegisterError {
    /// Another file system has this name.
    #[error("a SQLite file system named `{0}` exists already; choose another name")]
    NameTaken(String),
    /// The name cannot be given to SQLite.
    #[error("`{0}` is no name for a file system; use letters, digits and dashes")]
    InvalidName(String),
    /// SQLite refused.
    #[error("SQLite could not register the file system `{name}` (code {code})")]
    Refused {
        /// The name that was asked for.
        name: String,
        /// SQLite's result code.
        code: i32,
    },
}

impl Disk {
    /// Registers a disk under `name`; databases opened with `vfs=name` live on it.
    ///
    /// # Errors
    /// [`RegisterError::NameTaken`] when the process already has a file system of that name,
    /// [`RegisterError::InvalidName`] when it holds anything but letters, digits and dashes.
    pub fn register(name: &str) -> Result<Self, RegisterError> {
        let plain = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
        if name.is_empty() || !name.chars().all(plain) {
            return Err(RegisterError::InvalidName(name.to_owned()));
        }
        let shared: &'static Shared = Box::leak(Box::default());
        vfs::register(name, shared)?;
        Ok(Self { name: Box::leak(name.to_owned().into_boxed_str()), shared })
    }

    /// Returns the name to open databases with, as in `sqlite:orders.db?vfs=NAME`.
    pub fn name(&self) -> &str {
        self.name
    }

    /// Opens a database on this disk, creating it if needed.
    ///
    /// # Errors
    /// Whatever SQLite answers.
    pub fn open(&self, path: impl AsRef<Path>) -> rusqlite::Result<Connection> {
        Connection::open_with_flags_and_vfs(path, OpenFlags::default(), self.name)
    }

    /// Opens a file that is there, for reading and writing without SQLite, as code under test does
    /// that has to go past it.
    ///
    /// # Errors
    /// When a fault strikes, or the real file cannot be opened.
    pub fn open_file(&self, path: impl AsRef<Path>) -> io::Result<DiskFile> {
        DiskFile::open(self.shared, &path.as_ref().to_string_lossy())
    }

    /// Adds a fault to those that wait for their call.
    pub fn fail(&self, fault: Fault) {
        self.shared.lock().faults.push(fault);
    }

    /// Adds a fault whose call waits at the gate before it fails, so that a test decides what
    /// happens meanwhile.
    pub fn fail_held(&self, fault: Fault) -> Gate {
        let barrier = Arc::new(Barrier::default());
        self.fail(fault.held_at(Arc::clone(&barrier)));
        Gate::new(barrier)
    }

    /// Holds calls of one kind back, on files whose path ends with `ending`, until the gate is
    /// released: a test then decides what happens between a write and its flush, say.
    ///
    /// Opening and deleting are never held.
    pub fn hold(&self, call: Call, ending: &str) -> Gate {
        Gate::new(self.shared.hold(call, ending))
    }

    /// Removes every fault, the limit of the capacity and the read-only switch, and switches the
    /// power on where a fault has cut it.
    pub fn heal(&self) {
        let mut state = self.shared.lock();
        state.faults.clear();
        state.capacity = None;
        state.read_only = false;
        state.is_off = false;
    }

    /// Limits the bytes the files may hold together; a write beyond answers `SQLITE_FULL`.
    ///
    /// `None` frees the disk. Files count from when they are first opened.
    pub fn set_capacity(&self, bytes: Option<u64>) {
        self.shared.lock().capacity = bytes;
    }

    /// Returns how many bytes the files hold together.
    pub fn used(&self) -> u64 {
        self.shared.lock().used()
    }

    /// Makes the disk refuse or accept every change.
    ///
    /// Files opened meanwhile open for reading only; open ones answer changes with I/O errors,
    /// as after the remount of a damaged disk.
    pub fn read_only(&self, read_only: bool) {
        self.shared.lock().read_only = read_only;
    }

    /// Returns how many calls of a kind were made so far, failed ones included.
    pub fn count(&self, call: Call) -> u64 {
        self.shared.lock().counts.get(call.index()).copied().unwrap_or(0)
    }

    /// Returns how many calls were made so far.
    pub fn count_all(&self) -> u64 {
        self.shared.lock().counts.iter().sum()
    }

    /// Returns how many calls faults have struck so far.
    pub fn struck(&self) -> u64 {
        self.shared.lock().struck
    }

    /// Returns how many changes a crash could lose now.
    pub fn unsynced(&self) -> usize {
        self.shared.lock().unsynced()
    }

    /// Cuts the power and switches it on again: synced changes are there, unsynced ones as
    /// `crash` says. Faults stay as they are.
    ///
    /// Connections opened before answer every call with an I/O error; drop them before the
    /// databases are opened again, as a process that died would have.
    ///
    /// # Errors
    /// When a file cannot be read or written by the test itself.
    pub fn crash(&self, crash: Crash) -> io::Result<()> {
        self.shared.crash(crash)
    }
}
