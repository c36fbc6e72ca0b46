//! What the log remembers of commands, and how it forgets.
//!
//! After its window a command is not found any more, whether its row is still there or not. Rows
//! are deleted by the writer, a few per group, in the group's own transaction.

use std::time::Duration;

use rusqlite::{Connection, Row as SqlRow, params};
use uuid::Uuid;

use bytes::Bytes;
use es_core::event::{CommandId, Partition, Position, StreamId, Tenant, Timestamp};
use es_core::store::{CommitToken, RememberedCommand};

use crate::config::SqliteConfig;
use crate::error::Failure;
use crate::read::matching::number;
use crate::read::row::Rows;

const INSERT: &str = include_str!("command_id/insert.sql");
const FIND: &str = include_str!("command_id/find.sql");
const DELETE: &str = include_str!("command_id/delete.sql");
const STREAMS: &str = include_str!("command_id/streams.sql");
const GENERATED: &str = include_str!("command_id/generated.sql");
const FROM_OUTSIDE: &str = include_str!("command_id/from_outside.sql");

/// How long commands are remembered, in microseconds of store time.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Window {
    outside: i64,
    generated: i64,
}

impl Window {
    pub(crate) fn of(config: &SqliteConfig) -> Self {
        let microseconds = |time: Duration| i64::try_from(time.as_micros()).unwrap_or(i64::MAX);
        Self {
            outside: microseconds(config.remember_outside),
            generated: microseconds(config.remember_generated),
        }
    }

    /// The time before which commands are forgotten.
    fn begin(self, from_outside: bool, now: Timestamp) -> i64 {
        let window = if from_outside { self.outside } else { self.generated };
        now.as_microseconds().saturating_sub(window)
    }
}

/// Which command to look for.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Wanted<'a> {
    pub(crate) tenant: &'a Tenant,
    pub(crate) id: CommandId,
    pub(crate) window: Window,
    pub(crate) now: Timestamp,
}

/// What of a command's row is not in [`RememberedCommand`].
pub(crate) struct Row {
    pub(crate) tenant: i64,
    pub(crate) name: i64,
    pub(crate) target: Option<i64>,
    /// The first and the last position of its events.
    pub(crate) positions: Option<(Position, Position)>,
    pub(crate) at: Timestamp,
}

/// Remembers a command; its id has to be new.
pub(crate) fn insert(
    connection: &Connection,
    command: &RememberedCommand,
    row: &Row,
) -> rusqlite::Result<()> {
    let mut insert = connection.prepare_cached(INSERT)?;
    insert.raw_bind_parameter(1, command.id.0.as_bytes())?;
    insert.raw_bind_parameter(2, row.tenant)?;
    insert.raw_bind_parameter(3, row.name)?;
    insert.raw_bind_parameter(4, row.target)?;
    insert.raw_bind_parameter(5, row.positions.map(|(first, _)| number(first)))?;
    insert.raw_bind_parameter(6, row.positions.map(|(_, last)| number(last)))?;
    insert.raw_bind_parameter(7, command.from_outside)?;
    insert.raw_bind_parameter(8, row.at.as_microseconds())?;
    insert.raw_bind_parameter(9, &*command.reply)?;
    insert.raw_bind_parameter(10, command.is_rejection)?;
    insert.raw_execute()?;
    Ok(())
}

/// Looks a command up.
pub(crate) fn find(
    connection: &Connection,
    rows: &mut Rows,
    wanted: Wanted<'_>,
) -> Result<Option<RememberedCommand>, Failure> {
    let Wanted { tenant, id, window, now } = wanted;
    let Some(tenant) = rows.facts.name_id(connection, tenant.as_str())? else {
        return Ok(None);
    };
    let mut statement = connection.prepare_cached(FIND)?;
    let mut table = statement.query(params![id.0.as_bytes(), tenant])?;
    let Some(row) = table.next()? else {
        return Ok(None);
    };
    let from_outside = row.get(4)?;
    if row.get::<_, i64>(6)? < window.begin(from_outside, now) {
        return Ok(None);
    }
    let target = match row.get(1)? {
        Some(key) => Some(rows.facts.stream(connection, key)?.0),
        None => None,
    };
    Ok(Some(RememberedCommand {
        id,
        name: rows.facts.name(connection, row.get(0)?)?.text.to_string().into(),
        target,
        reply: Bytes::from(row.get::<_, Vec<u8>>(5)?),
        is_rejection: row.get(7)?,
        from_outside,
        token: token(connection, rows, row)?,
    }))
}

/// The token is not stored: the rows of the command's events say it.
fn token(
    connection: &Connection,
    rows: &mut Rows,
    row: &SqlRow<'_>,
) -> Result<CommitToken, Failure> {
    let (Some(first), Some(last)) = (row.get::<_, Option<i64>>(2)?, row.get::<_, Option<i64>>(3)?)
    else {
        return Ok(CommitToken::default());
    };
    let mut statement = connection.prepare_cached(STREAMS)?;
    let mut table = statement.query([first, last])?;
    let mut streams: Vec<StreamId> = Vec::new();
    while let Some(row) = table.next()? {
        let Some(key) = row.get(0)? else { continue };
        let (stream, _) = rows.facts.stream(connection, key)?;
        if !streams.contains(&stream) {
            streams.push(stream);
        }
    }
    let last = Position(u64::try_from(last).unwrap_or(0));
    Ok(CommitToken::new(Partition(0), last, streams))
}

/// Deletes a command's row.
pub(crate) fn delete(connection: &Connection, id: CommandId, tenant: i64) -> rusqlite::Result<()> {
    connection.prepare_cached(DELETE)?.execute(params![id.0.as_bytes(), tenant])?;
    Ok(())
}

/// Forgets commands whose time is over.
#[derive(Debug)]
pub(crate) struct Forgetting {
    window: Window,
    /// Store time before which nothing is looked at.
    next: i64,
    /// Generated ids up to here have been looked at.
    from: [u8; 16],
}

/// Time between two looks when there was nothing more to forget, or it failed.
const PAUSE_US: i64 = 10_000_000;

/// How much older than its row a generated id may be: the longest a command may run.
const MARGIN_US: i64 = 600_000_000;

/// Rows looked at per group, at least.
const ROWS: usize = 256;

impl Forgetting {
    pub(crate) fn new(window: Window) -> Self {
        Self { window, next: i64::MIN, from: [0; 16] }
    }

    /// Forgets a few commands; more after a group of many, so that forgetting keeps pace.
    pub(crate) fn step(
        &mut self,
        connection: &Connection,
        now: Timestamp,
        batches: usize,
    ) -> rusqlite::Result<()> {
        if now.as_microseconds() < self.next {
            return Ok(());
        }
        let limit = batches.saturating_mul(2).max(ROWS);
        let more = self.step_generated(connection, now, limit)?;
        let more = self.step_outside(connection, now, limit)? || more;
        if more {
            self.next = i64::MIN;
        } else {
            self.pause(now);
        }
        Ok(())
    }

    /// Looks at nothing for a while.
    pub(crate) fn pause(&mut self, now: Timestamp) {
        self.next = now.as_microseconds().saturating_add(PAUSE_US);
    }

    /// Looks at everything again, because what was forgotten has been rolled back.
    pub(crate) fn restart(&mut self) {
        self.next = i64::MIN;
        self.from = [0; 16];
    }

    /// Generated ids begin with their time, so the old ones stand together. Ids from outside
    /// among them are passed over, once: the next look begins behind them.
    fn step_generated(
        &mut self,
        connection: &Connection,
        now: Timestamp,
        limit: usize,
    ) -> rusqlite::Result<bool> {
        let before = self.window.begin(false, now);
        let until = first_id_at(before.saturating_sub(MARGIN_US));
        let rows: Vec<([u8; 16], i64, bool)> = connection
            .prepare_cached(GENERATED)?
            .query_map(params![self.from, until, before, limit as i64], |row| {
                Ok((row.get(0)?, row.get(1)?, row.get(2)?))
            })?
            .collect::<rusqlite::Result<_>>()?;
        for (id, tenant, is_over) in &rows {
            if *is_over {
                delete(connection, CommandId(Uuid::from_bytes(*id)), *tenant)?;
            }
        }
        if let Some((last, ..)) = rows.last() {
            self.from = *last;
        }
        Ok(rows.len() >= limit)
    }

    fn step_outside(
        &self,
        connection: &Connection,
        now: Timestamp,
        limit: usize,
    ) -> rusqlite::Result<bool> {
        let before = self.window.begin(true, now);
        let rows: Vec<([u8; 16], i64)> = connection
            .prepare_cached(FROM_OUTSIDE)?
            .query_map(params![before, limit as i64], |row| Ok((row.get(0)?, row.get(1)?)))?
            .collect::<rusqlite::Result<_>>()?;
        for (id, tenant) in &rows {
            delete(connection, CommandId(Uuid::from_bytes(*id)), *tenant)?;
        }
        Ok(rows.len() >= limit)
    }
}

/// The smallest UUID v7 of a moment: 48 bits of milliseconds come first.
fn first_id_at(microseconds: i64) -> [u8; 16] {
    let milliseconds = u64::try_from(microseconds / 1000).unwrap_or(0);
    let mut id = [0; 16];
    for (byte, time) in id.iter_mut().zip(milliseconds.to_be_bytes().into_iter().skip(2)) {
        *byte = time;
    }
    id
}
