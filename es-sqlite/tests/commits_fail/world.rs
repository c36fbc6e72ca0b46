//! One log on a disk that fails, one group of batches, and a look at what is left.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use es_core::event::{Partition, RecordedEvent, Tenant};
use es_core::store::{CommandMemory, EventStore, Expected};
use es_faults::{Call, Crash, Disk, Fault, Gate};
use es_sqlite::SqliteLog;

use crate::group::{Group, Told, lie};
use crate::support::{append, batch, heavy, open, open_on, order, read_all};

/// What happens between the answers and the look at the file.
#[derive(Debug, Clone, Copy)]
pub enum Afterwards {
    Restart,
    PowerCut(Crash),
}

/// A log on a disk of its own.
pub struct World {
    disk: Disk,
    path: PathBuf,
    folder: tempfile::TempDir,
    bug: Option<fn(&mut Told)>,
    /// Whether a connection beside the writer's keeps the shared index alive, which knows nothing
    /// of a commit that failed.
    has_reader: bool,
    /// Bytes of events that are in the write-ahead log before the group comes.
    ballast: usize,
    /// What a power cut leaves that comes while the engine finds out what became of the group.
    cut: Option<Crash>,
}

/// A little less than what makes the engine carry its write-ahead log into the database.
const BALLAST_BYTES: usize = 15_500_000;

const PATIENCE: Duration = Duration::from_secs(20);

impl World {
    pub fn new(name: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("orders.db");
        let disk = Disk::register(name).unwrap();
        Self { disk, path, folder, bug: None, has_reader: false, ballast: 0, cut: None }
    }

    /// One with a reader beside the writer.
    pub fn with_reader(name: &str) -> Self {
        let mut world = Self::new(name);
        world.has_reader = true;
        world
    }

    /// Tells every caller something else: a bug that has to be found.
    pub fn with_bug(name: &str, bug: fn(&mut Told)) -> Self {
        let mut world = Self::new(name);
        world.bug = Some(bug);
        world
    }

    /// Has a write-ahead log so full that the group's commit carries it into the database.
    pub fn about_to_checkpoint(self) -> Self {
        let mut world = self;
        world.ballast = BALLAST_BYTES;
        world
    }

    /// Cuts the power before the database is flushed.
    pub fn cut_before_the_flush(self, crash: Crash) -> Self {
        let mut world = self;
        world.cut = Some(crash);
        world
    }

    /// Plays the group with these faults, checks every answer, and gives the number of calls that
    /// were struck.
    pub fn play(self, faults: &[Fault], afterwards: Afterwards) -> u64 {
        let played = self.judge(faults, afterwards);
        played.unwrap_or_else(|what| panic!("{what} ({faults:?}, {afterwards:?})"))
    }

    /// Plays the group, and says what is wrong.
    pub fn judge(&self, faults: &[Fault], afterwards: Afterwards) -> Result<u64, String> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async { self.run(faults, afterwards).await })
    }

    async fn run(&self, faults: &[Fault], afterwards: Afterwards) -> Result<u64, String> {
        let log = open_on(&self.path, &self.disk);
        append(&log, batch(&order("before"), Expected::NoStream, 1)).await.unwrap();
        if self.has_reader {
            read_all(&log).await.map_err(|error| error.to_string())?;
        }
        self.load(&log).await;
        let mut told = self.ask(&log, faults).await;
        told.iter_mut().for_each(|told| self.bug.iter().for_each(|bug| bug(told)));
        let struck = self.disk.struck();
        let seen = log.head(Partition(0)).await.map_or(0, |head| head.0);
        let stored = match afterwards {
            Afterwards::Restart => {
                self.tries(&log).await?;
                self.disk.heal();
                self.goes_on(&log, &told).await?;
                log.close().await;
                self.look(&told).await
            }
            Afterwards::PowerCut(crash) => {
                self.disk.crash(crash).unwrap();
                self.disk.heal();
                log.close().await;
                self.look(&told).await
            }
        }?;
        if (stored.len() as u64) < seen {
            return Err(format!("a reader saw {seen} events, {} are there", stored.len()));
        }
        // A fault that strikes again and again may hide what became of a batch for good, and so may
        // a power cut that comes before the answer.
        let may_be_unknown = struck > 1 || self.cut.is_some();
        lie(&told, &stored, may_be_unknown).map_or(Ok(struck), Err)
    }

    /// Fills the write-ahead log.
    async fn load(&self, log: &SqliteLog) {
        let mut left = self.ballast;
        while left > 0 {
            let bytes = left.min(1 << 20);
            append(log, heavy(&order(&format!("ballast {left}")), bytes)).await.unwrap();
            left -= bytes;
        }
    }

    /// The next append, while the disk is as it is: it works, or its error says what to do.
    async fn tries(&self, log: &SqliteLog) -> Result<(), String> {
        match append(log, batch(&order("meanwhile"), Expected::NoStream, 1)).await {
            Err(error) if !error.to_string().contains("; ") => {
                Err(format!("`{error}` names no remedy"))
            }
            _ => Ok(()),
        }
    }

    /// Hands the group over while the writer is busy, so that it is one group for certain, and
    /// what follows while the struck call is held.
    async fn ask(&self, log: &SqliteLog, faults: &[Fault]) -> Vec<Told> {
        let mut group = Group { log, asked: Vec::new() };
        let busy = self.disk.hold(Call::Sync, "-wal");
        group.ask("plug", batch(&order("plug"), Expected::NoStream, 1)).await;
        assert!(busy.reached_within(PATIENCE), "the writer's first commit never came");
        group.fill().await;
        if self.ballast > 0 {
            group.ask("heavy", heavy(&order("heavy"), 1_000_000)).await;
        }
        let (last, others) = faults.split_last().unwrap();
        others.iter().for_each(|fault| self.disk.fail(fault.clone()));
        let struck = self.disk.fail_held(last.clone());
        busy.release();
        if reached(&group, &struck).await {
            group.follow().await;
        }
        let cut = self.cut.map(|crash| {
            let (disk, flush) = (self.disk.clone(), self.disk.hold(Call::Sync, "orders.db"));
            std::thread::spawn(move || {
                assert!(flush.reached_within(PATIENCE), "the database was never flushed");
                disk.crash(crash).unwrap();
            })
        });
        struck.release();
        if let Some(cut) = cut {
            cut.join().unwrap();
        }
        tokio::time::timeout(PATIENCE, group.told()).await.expect("everybody is answered")
    }

    /// The log works once the disk does, and remembers what it stored.
    async fn goes_on(&self, log: &SqliteLog, told: &[Told]) -> Result<(), String> {
        let next = append(log, batch(&order("next"), Expected::NoStream, 1)).await;
        next.map_err(|error| format!("the log did not go on: {error}"))?;
        let events = read_all(log).await.map_err(|error| error.to_string())?;
        remembers(log, told, &events).await
    }

    /// What a program finds that opens the file now.
    async fn look(&self, told: &[Told]) -> Result<Vec<RecordedEvent>, String> {
        let log = open(&self.path);
        let events = read_all(&log).await.map_err(|error| error.to_string())?;
        remembers(&log, told, &events).await?;
        let positions: Vec<u64> = events.iter().map(|event| event.position.0).collect();
        if positions != (1..=events.len() as u64).collect::<Vec<_>>() {
            return Err(format!("the positions are {positions:?}"));
        }
        append(&log, batch(&order("after"), Expected::NoStream, 1)).await.unwrap();
        log.close().await;
        let connection = rusqlite::Connection::open(&self.path).unwrap();
        let sound: String =
            connection.query_row("PRAGMA integrity_check", [], |row| row.get(0)).unwrap();
        if sound == "ok" { Ok(events) } else { Err(sound) }
    }
}

impl Drop for World {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("in {}", self.folder.path().display());
        }
    }
}

/// A command is remembered if its events are there, and not otherwise.
async fn remembers(log: &SqliteLog, told: &[Told], events: &[RecordedEvent]) -> Result<(), String> {
    for one in told {
        let Some(id) = one.command else { continue };
        let memory = log.remembered(&Tenant::default(), id).await;
        let is_known = memory.map_err(|error| error.to_string())?.is_some();
        let is_stored = events.iter().any(|event| event.id == one.events[0]);
        if is_known != is_stored {
            return Err(format!("`{}` is stored: {is_stored}, known: {is_known}", one.name));
        }
    }
    Ok(())
}

/// Waits until the call to be struck is held, or everybody is answered without it.
async fn reached(group: &Group<'_>, gate: &Gate) -> bool {
    let start = Instant::now();
    while !gate.reached_within(Duration::from_millis(1)) {
        tokio::task::yield_now().await;
        if group.is_answered() || start.elapsed() > PATIENCE {
            return false;
        }
    }
    true
}
