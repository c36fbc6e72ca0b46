//! What makes up for a failed flush fails itself, call by call, and the power is cut in its midst.

use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use es_core::event::RecordedEvent;
use es_core::store::{AppendError, EventStore, Expected};
use es_faults::{Call, Crash, Disk, DiskFile, Fault, IoError};
use es_sqlite::{SqliteConfig, SqliteLog, WalFile};

use crate::support::{append, batch, config_on, open, order, read_all};

/// Events of the batch whose flush fails: enough to change many pages.
const IN_DOUBT: usize = 100;

/// Who makes up for the flush.
#[derive(Debug, Clone, Copy)]
pub enum By {
    /// The program that saw it fail. It keeps the shared index alive, which knows nothing of it.
    Same,
    /// The next program, which finds it in the write-ahead log.
    Next,
}

/// Plays with these faults, and gives the number of calls that were struck.
pub fn play(name: &str, by: By, faults: &[Fault]) -> u64 {
    let played = judge(name, by, faults);
    played.unwrap_or_else(|what| panic!("{name}: {what} ({by:?}, {faults:?})"))
}

/// Plays with these faults, and says what is wrong.
pub fn judge(name: &str, by: By, faults: &[Fault]) -> Result<u64, String> {
    run(World::new(name), by, faults)
}

/// The same, where the write-ahead log is not written again: a bug that has to be found.
pub fn judge_unwritten(name: &str, by: By, faults: &[Fault]) -> Result<u64, String> {
    let mut world = World::new(name);
    let disk = world.disk.clone();
    let unchanged = move |path: &Path| -> io::Result<Box<dyn WalFile>> {
        Ok(Box::new(Unchanged(disk.open_file(path)?)))
    };
    world.config = world.config.open_wal(Arc::new(unchanged));
    run(world, by, faults)
}

fn run(world: World, by: By, faults: &[Fault]) -> Result<u64, String> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(world.run(by, faults))
}

struct World {
    disk: Disk,
    path: PathBuf,
    config: SqliteConfig,
    _folder: tempfile::TempDir,
}

/// A stream, how many events it was to get, and what was answered.
type Told = (&'static str, usize, Result<(), AppendError>);

impl World {
    fn new(name: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("orders.db");
        let disk = Disk::register(name).unwrap();
        let config = config_on(&path, &disk);
        Self { disk, path, config, _folder: folder }
    }

    fn open(&self) -> Result<SqliteLog, String> {
        SqliteLog::open(self.config.clone()).map_err(|error| error.to_string())
    }

    async fn run(self, by: By, faults: &[Fault]) -> Result<u64, String> {
        let log = self.open()?;
        let mut told = vec![store(&log, "old", 50).await];
        log.close().await;
        let log = self.open()?;
        told.push(store(&log, "flushed", 1).await);
        self.disk.fail(Fault::on(Call::Sync).error(IoError::Fsync).forever());
        told.push(store(&log, "in-doubt", IN_DOUBT).await);
        assert!(matches!(told[2].2, Err(AppendError::OutcomeUnknown { .. })), "{told:?}");
        let log = match by {
            By::Same => {
                self.disk.heal();
                Some(log)
            }
            By::Next => {
                log.close().await;
                self.disk.heal();
                None
            }
        };
        let before = self.disk.struck();
        faults.iter().for_each(|fault| self.disk.fail(fault.clone()));
        // A program that cannot be opened stores nothing.
        if let Some(log) = log.or_else(|| self.open().ok()) {
            for stream in ["next", "after-next"] {
                told.push(store(&log, stream, 1).await);
            }
            self.disk.crash(Crash::LoseUnsynced).unwrap();
            log.close().await;
        }
        self.disk.heal();
        self.look(&told).await?;
        Ok(self.disk.struck() - before)
    }

    /// What a program finds that opens the file after the power came back.
    async fn look(&self, told: &[Told]) -> Result<(), String> {
        let connection = rusqlite::Connection::open(&self.path).unwrap();
        let sound = connection.query_row("PRAGMA integrity_check", [], |row| row.get(0));
        let sound: String = sound.unwrap_or_else(|error| error.to_string());
        if sound != "ok" {
            return Err(sound);
        }
        drop(connection);
        let log = open(&self.path);
        let stored = read_all(&log).await.map_err(|error| error.to_string())?;
        let lie = told.iter().find_map(|told| lie(told, &stored));
        let goes_on = store(&log, "goes-on", 1).await.2;
        log.close().await;
        lie.map_or(Ok(()), Err)?;
        goes_on.map_err(|error| format!("the log does not go on: {error}"))
    }
}

async fn store(log: &SqliteLog, stream: &'static str, events: usize) -> Told {
    let batch = batch(&order(stream), Expected::NoStream, events);
    (stream, events, append(log, batch).await.map(drop))
}

fn lie((stream, events, answer): &Told, stored: &[RecordedEvent]) -> Option<String> {
    let id = order(stream);
    let is_of = |event: &&RecordedEvent| event.stream.as_ref().is_some_and(|(of, _)| *of == id);
    let found = stored.iter().filter(is_of).count();
    let is_true = match answer {
        Ok(()) => found == *events,
        Err(AppendError::OutcomeUnknown { .. }) => found == *events || found == 0,
        Err(_) => found == 0,
    };
    (!is_true).then(|| format!("`{stream}` was told {answer:?}, {found} events are there"))
}

/// A write-ahead log whose writes do nothing.
struct Unchanged(DiskFile);

impl Read for Unchanged {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.0.read(buffer)
    }
}

impl Write for Unchanged {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.seek(SeekFrom::Current(i64::try_from(bytes.len()).unwrap()))?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Seek for Unchanged {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.0.seek(to)
    }
}
