use std::path::Path;

use rusqlite::Connection;

use super::by_hand::{fold, lines};
use crate::Failure;
use crate::append::raw::connect;

/// The limit on SQLite: one prepared statement over the rows es wrote.
pub(crate) struct Rows(Connection);

impl Rows {
    pub(crate) fn open(path: &Path, cache_kib: u32) -> Result<Self, Failure> {
        let connection = connect(path)?;
        connection.pragma_update(None, "cache_size", -i64::from(cache_kib))?;
        Ok(Self(connection))
    }

    /// The number of an order's stream, found among a few.
    pub(super) fn stream(&self, order: &str) -> Result<i64, Failure> {
        let found = "SELECT id FROM streams WHERE key = ?";
        Ok(self.0.query_row(found, [order], |row| row.get(0))?)
    }

    /// Restores an order; returns how many lines it has.
    pub(crate) fn load(&self, stream: i64) -> Result<u64, Failure> {
        let mut statement = self.0.prepare_cached(
            "SELECT n.name, e.payload FROM events AS e JOIN names AS n ON n.id = e.name \
             WHERE e.stream = ? ORDER BY e.sequence",
        )?;
        let mut rows = statement.query([stream])?;
        let mut order = None;
        while let Some(row) = rows.next()? {
            fold(&mut order, row.get_ref(0)?.as_str()?, row.get_ref(1)?.as_blob()?)?;
        }
        lines(order)
    }
}
