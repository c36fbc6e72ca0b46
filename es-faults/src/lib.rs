//! A SQLite file system that fails on purpose.
//!
//! Storage code is only as good as its worst day: the sync that fails, the disk that fills up in
//! the middle of a transaction, the power cut between a write and its flush. This crate makes
//! such days happen on demand. It wraps SQLite's own file system under a name of its own, so the
//! code under test stays as it is and only opens its files with `vfs=NAME`:
//!
//! ```
//! use es_faults::{Call, Disk, Fault, IoError};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let folder = tempfile::tempdir()?;
//! let disk = Disk::register("lib-example")?;
//! let connection = disk.open(folder.path().join("orders.db"))?;
//! connection.execute_batch("PRAGMA journal_mode=WAL; CREATE TABLE orders (id TEXT)")?;
//!
//! disk.fail(Fault::on(Call::Sync).file("-wal").error(IoError::Fsync));
//! assert!(connection.execute("INSERT INTO orders VALUES ('o-1')", []).is_err());
//! # Ok(())
//! # }
//! ```
//!
//! Why a file system of our own and not `LD_PRELOAD`, `strace` or a full loop device: it needs
//! no privileges, fails the calls of one test only, and can count on SQLite's own idea of a file.
//!
//! What is modelled, and what is not:
//!
//! - A write, a truncation and an extension count as stored after a sync of that file; until
//!   then [`Disk::crash`] can lose, keep or tear them, in any combination.
//! - Creating and deleting a file is durable at once, as on a disk whose directories are synced.
//! - The wal-index (`-shm`) is memory: it is handed through, and SQLite rebuilds it.
//! - Memory mapping is not offered, so every access to a file passes here.

mod call;
mod crash;
mod disk;
mod disk_file;
mod fault;
mod file;
mod gate;
mod io_error;
mod ledger;
mod raw;
mod state;
mod vfs;

pub use call::Call;
pub use crash::Crash;
pub use disk::{Disk, RegisterError};
pub use disk_file::DiskFile;
pub use fault::Fault;
pub use gate::Gate;
pub use io_error::IoError;
