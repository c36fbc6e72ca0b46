use std::path::PathBuf;
use std::time::Duration;

/// How long and where to measure.
#[derive(Clone, Debug)]
pub struct Options {
    /// How often each subject takes its turn.
    pub rounds: usize,
    /// How long one turn lasts, where a turn has no natural end.
    pub turn: Duration,
    /// Where databases and generated crates are written: on the disk to be measured.
    pub directory: PathBuf,
    /// Events of the largest log, where logs of several sizes are measured.
    pub events: u64,
}

impl Options {
    /// Returns the path of a database that does not exist yet.
    ///
    /// # Errors
    /// When the directory cannot be made or an old database cannot be removed.
    pub fn fresh_database(&self, name: &str) -> std::io::Result<PathBuf> {
        std::fs::create_dir_all(&self.directory)?;
        let path = self.directory.join(format!("{name}.db"));
        for ending in ["db", "db-wal", "db-shm", "read.db", "read.db-wal", "read.db-shm"] {
            let file = path.with_extension(ending);
            match std::fs::remove_file(file) {
                Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error),
                _ => {}
            }
        }
        Ok(path)
    }
}

/// Returns the cargo that runs us, or the one on the path.
pub(crate) fn cargo() -> std::ffi::OsString {
    std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into())
}
