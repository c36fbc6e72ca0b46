//! Carries a write-ahead log into its database: all of it, or nothing.
//!
//! SQLite's automatic checkpoint goes as far as readers let it, and tells nobody when it fails.
//! Where a reader stops it short, it counts pages as carried that it has not flushed. If the flush
//! that meets them later fails, the system takes them for written, the next checkpoint leaves them
//! out, and the write-ahead log begins anew without them: acknowledged events are gone. So a
//! connection that writes carries its log itself, while it holds the write lock, and gives up as a
//! whole where a reader stays in the way. `docs/decisions/checkpoint-whole-or-not-at-all.md` tells
//! more.

use std::cell::Cell;
use std::ffi::c_int;
use std::time::{Duration, Instant};

use rusqlite::hooks::Wal;
use rusqlite::wal::CheckpointMode;
use rusqlite::{Connection, ErrorCode};

/// Frames of the write-ahead log after which a commit also carries them into the database.
const DUE_AFTER_FRAMES: c_int = 4000;

/// Frames more after which it is tried again if it failed.
const AGAIN_AFTER_FRAMES: c_int = 1000;

/// How long a checkpoint waits for those who read the pages that are to be overwritten.
const PATIENCE: Duration = Duration::from_millis(50);

/// How long to sleep between two looks at a lock.
const PAUSE: Duration = Duration::from_micros(500);

/// Makes the connection checkpoint after its commits, in place of SQLite, and wait for the locks
/// of others for at most `limit`.
pub(crate) fn install(connection: &mut Connection, limit: Duration) -> rusqlite::Result<()> {
    let interrupt = connection.get_interrupt_handle();
    let mut since = Instant::now();
    connection.busy_handler(Some(move |count| {
        if count == 0 {
            since = Instant::now();
        }
        let limit = if IS_CARRYING.get() { PATIENCE.min(limit) } else { limit };
        if since.elapsed() < limit {
            std::thread::sleep(PAUSE);
            return true;
        }
        // A checkpoint would go on up to the reader's pages. An interrupted one counts nothing as
        // carried, and to everything else it comes too late: the next statement clears it.
        interrupt.interrupt();
        false
    }))?;

    let (mut due_after, mut last) = (DUE_AFTER_FRAMES, 0);
    connection.wal_hook(Some(move |wal: &mut Wal, frames| {
        if frames < last {
            // Somebody else has carried it, and it begins anew.
            due_after = DUE_AFTER_FRAMES;
        }
        last = frames;
        if frames >= due_after {
            let is_carried = carrying(|| carry(wal));
            due_after = if is_carried { DUE_AFTER_FRAMES } else { frames + AGAIN_AFTER_FRAMES };
        }
        Ok(())
    }))
}

thread_local! {
    /// Whether this thread waits for a lock within a checkpoint.
    static IS_CARRYING: Cell<bool> = const { Cell::new(false) };
}

/// Runs a checkpoint, which holds the write lock and must not keep it from others for long.
pub(crate) fn carrying<T>(checkpoint: impl FnOnce() -> T) -> T {
    IS_CARRYING.set(true);
    let result = checkpoint();
    IS_CARRYING.set(false);
    result
}

/// Carries everything and flushes it. What could not be carried is read from where it is.
fn carry(wal: &mut Wal) -> bool {
    match wal.checkpoint_v2(CheckpointMode::FULL) {
        Ok(_) => true,
        Err(error) => {
            if !is_in_the_way(&error) {
                tracing::warn!(
                    %error,
                    "cannot carry the write-ahead log into the database; it is tried again"
                );
            }
            false
        }
    }
}

/// Whether a reader or another checkpoint was in the way, and not the disk.
pub(crate) fn is_in_the_way(error: &rusqlite::Error) -> bool {
    let code = error.sqlite_error_code();
    matches!(code, Some(ErrorCode::OperationInterrupted | ErrorCode::DatabaseBusy))
}
