use std::path::Path;

use rusqlite::Connection;

use super::by_hand::{fold, lines};
use super::framework::order_of;
use crate::Failure;
use crate::append::raw::connect;

/// The limit on SQLite: one prepared statement over the rows es wrote.
pub(super) struct Rows {
    connection: Connection,
    stream: i64,
}

impl Rows {
    /// Finds the stream of the order with `length` events.
    pub(super) fn open(path: &Path, length: u64) -> Result<Self, Failure> {
        let connection = connect(path)?;
        let stream = connection.query_row(
            "SELECT id FROM streams WHERE key = ?",
            [order_of(length)],
            |row| row.get(0),
        )?;
        Ok(Self { connection, stream })
    }

    /// Restores the order; returns how many lines it has.
    pub(super) fn load(&self) -> Result<u64, Failure> {
        let mut statement = self.connection.prepare_cached(
            "SELECT n.name, e.payload FROM events AS e JOIN names AS n ON n.id = e.name \
             WHERE e.stream = ? ORDER BY e.sequence",
        )?;
        let mut rows = statement.query([self.stream])?;
        let mut order = None;
        while let Some(row) = rows.next()? {
            fold(&mut order, row.get_ref(0)?.as_str()?, row.get_ref(1)?.as_blob()?)?;
        }
        lines(order)
    }
}
