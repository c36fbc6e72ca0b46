//! Snapshots: one row per stream, written with whatever group comes next.
//!
//! Nobody waits for a snapshot, so it gets no flush of its own: it waits in memory, and rides with
//! the next group that stores something, a bounded number of bytes at a time, or with the closing.
//! A second connection would be outside the writer's way altogether, but its commits would make
//! the writer forget what it remembers of the log, and the two would wait for each other's lock.
//! What waits is found like what is written; a process that is killed loses it.

use std::collections::{HashMap, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use rusqlite::{Connection, OptionalExtension, Row, params};
use uuid::Uuid;

use es_core::event::{EventId, Sequence, StreamId};
use es_core::store::Snapshot;

use crate::append::Appending;
use crate::error::Failure;
use crate::read::row::Rows;
use crate::schema::checksum;

const INSERT: &str = include_str!("snapshot/insert.sql");
const FIND: &str = include_str!("snapshot/find.sql");

/// How many bytes of snapshots ride with one group; a single one may be larger.
const RIDING_BYTES: usize = 256 * 1024;

/// How many bytes may wait. What finds no room is not kept; the next load makes up for it.
const WAITING_BYTES: usize = 64 * 1024 * 1024;

/// Snapshots that wait to be written.
#[derive(Debug, Default)]
pub(crate) struct Waiting(Mutex<Line>);

#[derive(Debug, Default)]
struct Line {
    snapshots: HashMap<StreamId, Snapshot>,
    /// Every stream with a snapshot, the longest waiting first.
    order: VecDeque<StreamId>,
    /// The snapshots that were written in the transaction that is open.
    riding: Vec<(StreamId, Sequence)>,
    bytes: usize,
}

impl Waiting {
    /// Lets a snapshot wait, in place of an earlier one of its stream.
    pub(crate) fn push(&self, snapshot: Snapshot) {
        let mut line = self.line();
        line.remove(&snapshot.stream);
        if line.bytes + snapshot.payload.len() > WAITING_BYTES {
            tracing::debug!(stream = %snapshot.stream, "too many snapshots wait to be written");
            return;
        }
        line.bytes += snapshot.payload.len();
        line.order.push_back(snapshot.stream.clone());
        line.snapshots.insert(snapshot.stream.clone(), snapshot);
    }

    /// The snapshot that waits for a stream.
    pub(crate) fn find(&self, stream: &StreamId) -> Option<Snapshot> {
        self.line().snapshots.get(stream).cloned()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.line().order.is_empty()
    }

    /// Writes what may ride with the transaction that is open.
    pub(crate) fn write(
        &self,
        connection: &Connection,
        appending: &mut Appending,
    ) -> rusqlite::Result<()> {
        let riding: Vec<_> = {
            let mut line = self.line();
            line.riding.clear();
            line.first()
        };
        let written = riding.iter().try_for_each(|it| insert(connection, appending, it));
        let mut line = self.line();
        line.riding = riding.into_iter().map(|it| (it.stream, it.sequence)).collect();
        drop(line);
        if written.is_err() {
            // They can be taken again, and one that cannot be written must not stay in the way.
            self.written();
        }
        written
    }

    /// Forgets what was written in the transaction, which is durable now.
    pub(crate) fn written(&self) {
        let mut line = self.line();
        for (stream, sequence) in std::mem::take(&mut line.riding) {
            // A later one may have come meanwhile, and still waits.
            if line.snapshots.get(&stream).is_some_and(|it| it.sequence == sequence) {
                line.remove(&stream);
            }
        }
    }

    fn line(&self) -> MutexGuard<'_, Line> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Line {
    fn first(&self) -> Vec<Snapshot> {
        let mut bytes = 0;
        let waiting = self.order.iter().filter_map(|stream| self.snapshots.get(stream));
        waiting
            .take_while(|snapshot| {
                let is_first = bytes == 0;
                bytes += snapshot.payload.len();
                is_first || bytes <= RIDING_BYTES
            })
            .cloned()
            .collect()
    }

    fn remove(&mut self, stream: &StreamId) {
        if let Some(snapshot) = self.snapshots.remove(stream) {
            self.bytes -= snapshot.payload.len();
            if self.order.front() == Some(stream) {
                self.order.pop_front();
            } else {
                self.order.retain(|other| other != stream);
            }
        }
    }
}

fn insert(
    connection: &Connection,
    appending: &mut Appending,
    snapshot: &Snapshot,
) -> rusqlite::Result<()> {
    let stream = appending.streams.find(connection, &mut appending.names, &snapshot.stream)?;
    // A stream without events has no snapshot; this one is of another log.
    let Some(key) = stream.key else { return Ok(()) };
    connection.prepare_cached(INSERT)?.execute(params![
        key,
        i64::try_from(snapshot.sequence.0).unwrap_or(i64::MAX),
        snapshot.event.0.as_bytes(),
        snapshot.schema.cast_signed(),
        &*snapshot.payload,
        checksum_of(snapshot),
    ])?;
    Ok(())
}

/// Reads the snapshot of a stream.
pub(crate) fn find(
    connection: &Connection,
    rows: &mut Rows,
    stream: &StreamId,
) -> Result<Option<Snapshot>, Failure> {
    let Some(key) = rows.facts.stream_key(connection, stream)? else { return Ok(None) };
    let mut statement = connection.prepare_cached(FIND)?;
    let found = statement.query_row([key], |row| read(row, stream)).optional();
    match found {
        Ok(None) => Ok(None),
        Ok(Some((snapshot, checksum))) if checksum == checksum_of(&snapshot) => Ok(Some(snapshot)),
        // A value of another shape is damage as well.
        Err(error) if error.sqlite_error_code().is_some() => Err(error.into()),
        Ok(Some(_)) | Err(_) => Err(Failure::DamagedSnapshot(stream.clone())),
    }
}

fn read(row: &Row<'_>, stream: &StreamId) -> rusqlite::Result<(Snapshot, u32)> {
    let sequence: i64 = row.get(0)?;
    let snapshot = Snapshot {
        stream: stream.clone(),
        // A negative one has no checksum that fits.
        sequence: Sequence(u64::try_from(sequence).unwrap_or(u64::MAX)),
        event: EventId(Uuid::from_bytes(row.get(1)?)),
        schema: row.get::<_, i64>(2)?.cast_unsigned(),
        payload: Bytes::from(row.get::<_, Vec<u8>>(3)?),
    };
    Ok((snapshot, row.get(4)?))
}

/// CRC-32 over the stream's checksum and all fields, integers as little-endian.
fn checksum_of(snapshot: &Snapshot) -> u32 {
    let mut hasher = crc32fast::Hasher::new();
    hasher.update(&checksum::of_stream(&snapshot.stream).to_le_bytes());
    hasher.update(&snapshot.sequence.0.to_le_bytes());
    hasher.update(snapshot.event.0.as_bytes());
    hasher.update(&snapshot.schema.to_le_bytes());
    hasher.update(&snapshot.payload);
    hasher.finalize()
}

#[cfg(test)]
mod tests {
    use super::*;
    use es_core::event::Tenant;

    fn snapshot(id: &str, sequence: u64, bytes: usize) -> Option<Snapshot> {
        Some(Snapshot {
            stream: StreamId::new(&Tenant::default(), "Order", id).ok()?,
            sequence: Sequence(sequence),
            event: EventId(Uuid::from_bytes([3; 16])),
            schema: 7,
            payload: Bytes::from(vec![b'x'; bytes]),
        })
    }

    #[test]
    fn the_format_on_disk_stays_what_it_is() {
        let checksum = snapshot("o-1", 2, 4).map(|snapshot| checksum_of(&snapshot));
        assert_eq!(checksum, Some(349_898_711));
    }

    #[test]
    fn the_longest_waiting_ride_first_and_a_later_one_replaces_its_predecessor() {
        let waiting = Waiting::default();
        let all = [("a", 1, 200_000), ("b", 1, 50_000), ("c", 1, 50_000), ("a", 2, 10)];
        let all = all.map(|(id, sequence, bytes)| snapshot(id, sequence, bytes));
        all.into_iter().flatten().for_each(|snapshot| waiting.push(snapshot));
        let riding = waiting.line().first();
        let order: Vec<_> = riding.iter().map(|it| (it.stream.id(), it.sequence.0)).collect();
        assert_eq!(order, [("b", 1), ("c", 1), ("a", 2)]);
        assert_eq!(waiting.line().bytes, 100_010);
    }

    #[test]
    fn one_that_came_while_its_predecessor_was_written_still_waits() {
        let waiting = Waiting::default();
        snapshot("a", 1, 9).into_iter().for_each(|snapshot| waiting.push(snapshot));
        waiting.line().riding =
            snapshot("a", 1, 9).map(|it| (it.stream, it.sequence)).into_iter().collect();
        snapshot("a", 2, 9).into_iter().for_each(|snapshot| waiting.push(snapshot));
        waiting.written();
        assert_eq!(waiting.line().order.len(), 1);
    }
}
