//! The limit: rusqlite writing the same rows into the same tables, without a framework.

use std::path::Path;
use std::time::{Duration, Instant};

use rusqlite::{Connection, Transaction, params};
use uuid::Uuid;

use crate::Failure;
use crate::order::{ItemAdded, add_item};

/// Writes rows as es does, into a file whose tables es has made.
///
/// Per command: the event as JSON under a new id, its index entries, and the row that remembers
/// the command. What es writes into the other columns is taken from a row of its own.
pub(crate) struct RawWriter {
    connection: Connection,
    like: SampleRow,
    position: i64,
}

/// What the columns hold that are alike in every row.
struct SampleRow {
    name: i64,
    metadata: Vec<u8>,
}

const INSERT_EVENT: &str = "INSERT INTO events (position, stream, sequence, tenant, name, \
    revision, id, recorded_at, metadata, payload, checksum) \
    VALUES (?, ?, ?, 0, ?, 0, ?, ?, ?, ?, ?)";
const INSERT_COMMAND: &str = "INSERT INTO commands (id, tenant, name, target, first, last, \
    from_outside, is_rejection, at, reply) VALUES (?, 0, ?, ?, ?, ?, 0, 0, ?, ?)";

/// Connects as es's own writer does.
pub(crate) fn connect(path: &Path) -> rusqlite::Result<Connection> {
    let connection = Connection::open(path)?;
    connection.execute_batch(
        "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; \
         PRAGMA wal_autocheckpoint = 4000; PRAGMA cache_size = -65536;",
    )?;
    Ok(connection)
}

impl RawWriter {
    /// Opens a log that holds created orders and at least one item.
    pub(crate) fn open(path: &Path) -> Result<Self, Failure> {
        let connection = connect(path)?;
        let like = connection.query_row(
            "SELECT name, metadata FROM events ORDER BY position DESC LIMIT 1",
            [],
            |row| Ok(SampleRow { name: row.get(0)?, metadata: row.get(1)? }),
        )?;
        let position =
            connection.query_row("SELECT max(position) FROM events", [], |row| row.get(0))?;
        Ok(Self { connection, like, position })
    }

    /// Adds items in transactions of `batch` commands for `turn`; returns commands per second.
    pub(crate) fn turn(&mut self, batch: usize, turn: Duration) -> Result<f64, Failure> {
        let mut versions: Vec<(i64, i64)> = self
            .connection
            .prepare("SELECT stream, max(sequence) FROM events GROUP BY stream")?
            .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?
            .collect::<Result<_, _>>()?;
        let streams = versions.len();
        let start = Instant::now();
        let mut commands = 0;
        while start.elapsed() < turn {
            let transaction = self.connection.transaction()?;
            for _ in 0..batch {
                let place = versions.get_mut(commands * 7919 % streams).ok_or("no stream")?;
                place.1 += 1;
                self.position += 1;
                write_item(&transaction, &self.like, self.position, *place)?;
                commands += 1;
            }
            transaction.commit()?;
        }
        Ok(commands as f64 / start.elapsed().as_secs_f64())
    }
}

fn write_item(
    transaction: &Transaction<'_>,
    like: &SampleRow,
    position: i64,
    (stream, sequence): (i64, i64),
) -> Result<(), Failure> {
    let item = add_item("", 1);
    let payload = serde_json::to_vec(&ItemAdded {
        sku: item.sku,
        quantity: item.quantity,
        price: item.price,
        note: item.note,
    })?;
    let (event_id, command_id) = (Uuid::now_v7(), Uuid::now_v7());
    // Any time, checksum and command name of the usual length will do: nobody reads these rows.
    let (recorded_at, checksum) = (1_790_000_000_000_000_i64, 0x7fff_ffff_i64);
    transaction.prepare_cached(INSERT_EVENT)?.execute(params![
        position,
        stream,
        sequence,
        like.name,
        event_id.as_bytes(),
        recorded_at,
        like.metadata,
        payload,
        checksum,
    ])?;
    transaction.prepare_cached(INSERT_COMMAND)?.execute(params![
        command_id.as_bytes(),
        like.name,
        stream,
        position,
        position,
        recorded_at,
        b"null",
    ])?;
    Ok(())
}
