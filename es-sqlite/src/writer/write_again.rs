//! Writes a write-ahead log again with what it holds, after a flush of it failed.
//!
//! The system takes the pages that it could not write for written, so another flush leaves them
//! out. To write them with the same bytes makes them dirty again, and the next flush takes them
//! along. That flush is SQLite's: a checkpoint begins with it, and carries nothing if it fails
//! (<https://www.sqlite.org/fileformat2.html>, "Checkpoint Algorithm").

use std::fs::File;
use std::io::{self, ErrorKind, Read, Seek, SeekFrom, Write};
use std::path::Path;
use std::sync::Arc;

use rusqlite::Connection;

use crate::error::reason;

/// What a write-ahead log can do that was opened past SQLite.
pub trait WalFile: Read + Write + Seek {}

impl<F: Read + Write + Seek> WalFile for F {}

/// Opens a write-ahead log that is there for reading and writing, past SQLite and its `vfs`.
pub type OpenWal = Arc<dyn Fn(&Path) -> io::Result<Box<dyn WalFile>> + Send + Sync>;

/// Opens it with the operating system.
pub(crate) fn open_wal() -> OpenWal {
    Arc::new(|path| Ok(Box::new(File::options().read(true).write(true).open(path)?)))
}

/// Bytes that are read and written at once.
const BLOCK: usize = 1 << 20;

/// Writes the write-ahead log of a connection's database again.
///
/// The write lock keeps everybody from changing the file meanwhile. Readers see the same bytes.
pub(super) fn write_again(connection: &Connection, open: &OpenWal) -> Result<(), String> {
    // SQLite's own name, because it puts the file beside what a symbolic link leads to.
    let database = connection.path().unwrap_or_default();
    let execute = |sql| {
        let executed = connection.execute_batch(sql);
        executed.map_err(|error| reason(Path::new(database), &error))
    };
    execute("BEGIN IMMEDIATE")?;
    let written = overwrite(Path::new(&format!("{database}-wal")), open);
    let unlocked = execute("ROLLBACK");
    written.map_err(|error| {
        format!(
            "the write-ahead log of `{database}` cannot be written again after a failed flush: \
             {error}; look into the system's log"
        )
    })?;
    unlocked
}

fn overwrite(path: &Path, open: &OpenWal) -> io::Result<()> {
    // Closing a file gives up every lock that the process has on it, also SQLite's
    // (https://www.sqlite.org/howtocorrupt.html, section 2.2). It has none on the write-ahead log;
    // the database and its `-shm` must never be opened here.
    let mut file = match open(path) {
        // A file system of SQLite's own may have nothing at this path.
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
        opened => opened?,
    };
    let mut block = Vec::with_capacity(BLOCK);
    loop {
        block.clear();
        let begin = file.stream_position()?;
        if (&mut file).take(BLOCK as u64).read_to_end(&mut block)? == 0 {
            return Ok(());
        }
        file.seek(SeekFrom::Start(begin))?;
        file.write_all(&block)?;
    }
}
