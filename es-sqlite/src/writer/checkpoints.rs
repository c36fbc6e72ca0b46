//! Carries the write-ahead log into the database while the writer goes on.
//!
//! SQLite would do that inside a commit: write every changed page to its place and flush the file,
//! while everybody waits. The larger the log, the more of its pages are changed only once, and the
//! longer that takes. So another connection does it, on another thread.
//!
//! Only a write-ahead log that was carried over to its end begins anew, and the writer goes on
//! appending to it meanwhile. So the thread comes again for what was appended, which is less each
//! time, and the writer itself carries the few frames that are left at last.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread::{Builder, JoinHandle};

use rusqlite::Connection;

use crate::config::Synchronous;
use crate::connect::Connector;
use crate::error::SqliteOpenError;

/// Frames of the write-ahead log after which they are carried into the database: 16 MB.
const FULL: u32 = 4_000;

/// Frames that the writer carries itself: they cost less than a thread.
const FEW: u32 = 500;

/// Frames at which the writer waits for the thread, so that the write-ahead log ends somewhere.
const TOO_MANY: u32 = 4 * FULL;

/// How often the thread comes again for what was appended meanwhile.
const ROUNDS: u32 = 6;

const PASSIVE: &str = "PRAGMA wal_checkpoint(PASSIVE)";

/// When the write-ahead log is carried into the database, and by whom.
pub(super) struct Checkpoints {
    connector: Connector,
    synchronous: Synchronous,
    /// Frames in the write-ahead log after the writer's last commit.
    frames: Arc<AtomicU32>,
    /// The same at the last look.
    seen: u32,
    /// How many of them are known to be in the database.
    carried: u32,
    /// How many there have to be for the next step.
    due: u32,
    running: Option<JoinHandle<Result<Carried, SqliteOpenError>>>,
}

/// What a checkpoint found and did.
#[derive(Debug, Clone, Copy)]
struct Carried {
    /// Frames that were in the write-ahead log.
    of: u32,
    /// Those that are in the database now.
    frames: u32,
}

impl Checkpoints {
    pub(super) fn new(connector: Connector, synchronous: Synchronous) -> Self {
        let frames = Arc::new(AtomicU32::new(0));
        Self { connector, synchronous, frames, seen: 0, carried: 0, due: FULL, running: None }
    }

    /// Takes the checkpoints of a connection over from SQLite.
    pub(super) fn watch(&self, connection: &mut Connection) -> rusqlite::Result<()> {
        let frames = Arc::clone(&self.frames);
        connection.wal_hook(Some(move |_: &mut _, pages| {
            frames.store(u32::try_from(pages).unwrap_or(0), Ordering::Relaxed);
            Ok(())
        }))
    }

    /// Does what is due after a commit. A checkpoint that fails is tried again later: every frame
    /// stays in the write-ahead log until it was flushed in the database.
    pub(super) fn after_commit(&mut self, connection: &Connection) {
        let frames = self.frames.load(Ordering::Relaxed);
        if frames < self.seen {
            // The write-ahead log has begun anew.
            (self.carried, self.due) = (0, FULL);
        }
        self.seen = frames;
        let is_running = self.running.as_ref().is_some_and(|thread| !thread.is_finished());
        if is_running && frames < TOO_MANY {
            return;
        }
        match self.join() {
            // More than there are now: they were of the one before.
            Some(carried) if carried.frames > frames => {}
            Some(carried) if carried.is_all() => (self.carried, self.due) = (carried.frames, 0),
            Some(_) => self.due = frames + FULL,
            None => {}
        }
        if frames >= self.due {
            self.go_on(connection, frames);
        }
    }

    /// Waits until no other thread carries anything.
    pub(super) fn finish(&mut self) {
        self.join();
    }

    fn join(&mut self) -> Option<Carried> {
        let result = self.running.take()?.join();
        Some(match result {
            Ok(Ok(carried)) => carried,
            Ok(Err(error)) => Carried::not(&error),
            // The panic has been reported where it happened.
            Err(_) => Carried::NOTHING,
        })
    }

    /// Carries what is left of the frames, here or on a thread.
    fn go_on(&mut self, connection: &Connection, frames: u32) {
        if frames - self.carried > FEW && frames < TOO_MANY && self.start().is_ok() {
            return;
        }
        let carried = Carried::by(connection).unwrap_or_else(|error| Carried::not(&error));
        if carried.is_all() {
            // The next commit begins it anew, unless a reader still needs it.
            (self.carried, self.due) = (frames, frames + FEW);
        } else {
            self.due = frames + FULL;
        }
    }

    fn start(&mut self) -> std::io::Result<()> {
        let (connector, synchronous) = (self.connector.clone(), self.synchronous);
        let frames = Arc::clone(&self.frames);
        let thread = Builder::new().name("es-sqlite-checkpoint".to_owned()).spawn(move || {
            let connection = connector.checkpointer(synchronous)?;
            let carried = Carried::until_little_is_left(&connection, &frames);
            carried.map_err(|error| SqliteOpenError::of(connector.path(), &error))
        })?;
        self.running = Some(thread);
        Ok(())
    }
}

impl Carried {
    const NOTHING: Self = Self { of: 1, frames: 0 };

    /// Carries again and again, what is less each time.
    ///
    /// SQLite flushes the database only when nothing was appended while it wrote there, which
    /// comes to pass once there is little to write.
    fn until_little_is_left(connection: &Connection, frames: &AtomicU32) -> rusqlite::Result<Self> {
        let mut carried = Self::by(connection)?;
        for _ in 1..ROUNDS {
            if !carried.is_all() || carried.frames == frames.load(Ordering::Relaxed) {
                break;
            }
            carried = Self::by(connection)?;
        }
        Ok(carried)
    }

    /// Carries what no reader is in the way of.
    fn by(connection: &Connection) -> rusqlite::Result<Self> {
        connection.query_row(PASSIVE, [], |row| {
            let is_busy: bool = row.get(0)?;
            // Another process does it, and the numbers are -1.
            if is_busy {
                Ok(Self::NOTHING)
            } else {
                Ok(Self { of: row.get(1)?, frames: row.get(2)? })
            }
        })
    }

    fn not(error: &impl std::fmt::Display) -> Self {
        let what = "cannot carry the write-ahead log into the database; it is tried again";
        tracing::warn!(%error, "{what}");
        Self::NOTHING
    }

    fn is_all(self) -> bool {
        self.frames >= self.of
    }
}
