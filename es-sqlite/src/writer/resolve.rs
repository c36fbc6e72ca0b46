use std::time::Duration;

use rusqlite::Connection;

use es_core::event::Position;
use es_core::store::group::{Accepted, Resolution};

use super::write_again::write_again;
use super::{Open, Writer};
use crate::connect::checkpoint::{carrying, is_in_the_way};
use crate::connect::{retry_while, unflushed};
use crate::error::{SqliteOpenError, is_busy, reason};
use crate::read::matching::number;
use crate::schema::LOG;

const EVENT_ID: &str = include_str!("event_id.sql");
const HAS_COMMAND: &str = include_str!("has_command.sql");

impl Writer {
    /// Finds out what became of a commit that failed.
    ///
    /// The rows may stand in the write-ahead log without having reached the disk, so nothing is
    /// believed before that log has been written again and flushed, and a complete checkpoint has
    /// emptied it. Read connections may stay: what they see are commits that were flushed before
    /// (`docs/decisions/readers-stay-open.md`).
    pub(super) fn find_out(&mut self, group: &[Accepted]) -> Resolution {
        if let Err(error) = unflushed::note(self.connector.path()) {
            tracing::warn!(%error, "cannot note for a later program that a flush failed");
        }
        // What closing it carries was flushed before: it does not know of what was not.
        self.let_go();
        self.appending.has_written = false;
        self.forgetting.restart();
        let Ok(open) = self.reopen() else {
            return Resolution::Unknown;
        };
        let outcome = group.iter().find_map(|accepted| is_stored(&open.connection, accepted));
        let head = crate::read::head(&open.connection);
        self.open = Some(open);
        match outcome {
            Some(Ok(true)) => {
                if let Ok(head) = head {
                    self.publish(head);
                }
                Resolution::Stored
            }
            Some(Ok(false)) | None => Resolution::NotStored,
            Some(Err(error)) => {
                tracing::warn!(%error, "cannot look up what became of a commit");
                Resolution::Unknown
            }
        }
    }

    /// Flushes what a failed flush of an earlier program left, before anybody reads it or stores
    /// something behind it.
    ///
    /// SQLite takes what it finds in the write-ahead log for committed, the system takes it for
    /// written, and after a power cut it would be gone, with all that was appended behind it.
    pub(crate) fn make_up_for_what_was_left(&mut self) -> Result<(), SqliteOpenError> {
        let path = self.connector.path();
        if !unflushed::is_noted(path) {
            return Ok(());
        }
        let path = path.to_owned();
        self.let_go();
        let open = self.reopen().map_err(|reason| SqliteOpenError::Unflushed { path, reason })?;
        self.open = Some(open);
        Ok(())
    }

    /// Opens the file anew, with all it holds on the disk for certain.
    pub(super) fn reopen(&self) -> Result<Open, String> {
        let path = self.connector.path();
        // Nobody else's file is touched.
        self.file.check(path)?;
        let opened = self.connector.writer_again(&LOG, self.config.synchronous);
        // It may have been moved meanwhile.
        self.file.check(path)?;
        let open = Open::of(opened.map_err(|error| error.to_string())?);
        write_again(&open.connection, &self.config.open_wal)?;
        flush(&open.connection, self.config.busy_timeout)
            .and_then(|()| begin_anew(&open.connection))
            .and_then(|()| unflushed::carry_on_close(&open.connection, true))
            .map_err(|error| self.not_flushed(&error))?;
        unflushed::forget(path);
        Ok(open)
    }

    fn not_flushed(&self, error: &rusqlite::Error) -> String {
        let path = self.connector.path();
        if is_busy(error) {
            let path = path.display();
            return format!(
                "somebody reads `{path}`; try again, or end the programs that have it open"
            );
        }
        reason(path, error)
    }
}

/// Copies the whole write-ahead log into the database, flushes it and empties that log.
fn flush(connection: &Connection, limit: Duration) -> rusqlite::Result<()> {
    let checkpoint = || {
        let sql = "PRAGMA wal_checkpoint(TRUNCATE)";
        // `None`: somebody was in the way, which the pragma may also tell in its answer.
        match carrying(|| connection.query_row(sql, [], |row| row.get(0))) {
            Ok(false) => Ok(()),
            Ok(true) => Err(None),
            Err(error) if is_in_the_way(&error) => Err(None),
            Err(error) => Err(Some(error)),
        }
    };
    retry_while(limit, Option::is_none, checkpoint).map_err(|error| {
        let busy = rusqlite::ffi::Error::new(rusqlite::ffi::SQLITE_BUSY);
        error.unwrap_or(rusqlite::Error::SqliteFailure(busy, None))
    })
}

/// Begins the emptied write-ahead log with a commit of its own, which makes every frame that was
/// in it invalid.
///
/// While a reader keeps the shared index alive, a lost commit's frames are copied nowhere, and
/// only emptying the log removes them. SQLite does not flush that: a power cut would bring them
/// back, and with them a commit of which everybody was told that it is not stored.
fn begin_anew(connection: &Connection) -> rusqlite::Result<()> {
    let version: i64 = connection.pragma_query_value(None, "user_version", |row| row.get(0))?;
    // Written although it stays the same.
    connection.pragma_update(None, "user_version", version)
}

/// Whether a batch is there; `None` if it would store nothing that can be looked up.
///
/// One batch of a group is as good as all: they were one transaction.
fn is_stored(connection: &Connection, accepted: &Accepted) -> Option<rusqlite::Result<bool>> {
    let batch = &accepted.queued.batch;
    if let (Some(event), Some(first)) = (batch.events.first(), accepted.committed.first) {
        return Some(has_event(connection, first, event.id.0.as_bytes()));
    }
    let command = batch.command.as_ref()?;
    Some(
        connection
            .prepare_cached(HAS_COMMAND)
            .and_then(|mut statement| statement.exists([command.id.0.as_bytes()])),
    )
}

fn has_event(connection: &Connection, position: Position, id: &[u8; 16]) -> rusqlite::Result<bool> {
    let mut statement = connection.prepare_cached(EVENT_ID)?;
    let mut rows = statement.query([number(position)])?;
    Ok(match rows.next()? {
        Some(row) => row.get::<_, [u8; 16]>(0)? == *id,
        None => false,
    })
}
