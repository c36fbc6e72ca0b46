use std::rc::Rc;

use rusqlite::{Connection, OptionalExtension, Params, Row};

use es_core::context::Needs;
use es_core::fault::Fault;
use es_core::projection::{Batch, FromBatch};

use super::work::Work;

/// SQL written by hand in a plain `fn` handler, in the batch's own transaction.
///
/// Take `&mut SqliteTransaction` in an `#[event_handler]` and `&SqliteTransaction` in a
/// `#[query_handler]`, where a write fails. A projection with such a handler has a file of its own
/// for each version, so unqualified table names follow the version; make the tables in the handler
/// with `CREATE TABLE IF NOT EXISTS`.
///
/// What an event writes is undone when its handler fails. Leave `BEGIN`, `COMMIT` and savepoints
/// to the processor.
pub struct SqliteTransaction(Rc<Work>);

impl SqliteTransaction {
    /// Runs one statement and tells how many rows it changed. Statements are kept prepared.
    ///
    /// # Errors
    /// SQLite's own.
    pub fn execute(&mut self, sql: &str, params: impl Params) -> Result<usize, Fault> {
        Ok(self.connection()?.prepare_cached(sql)?.execute(params)?)
    }

    /// Runs several statements without parameters.
    ///
    /// # Errors
    /// SQLite's own.
    pub fn execute_batch(&mut self, sql: &str) -> Result<(), Fault> {
        Ok(self.connection()?.execute_batch(sql)?)
    }

    /// Reads the first row, if there is one.
    ///
    /// # Errors
    /// SQLite's own.
    pub fn first<T>(
        &self,
        sql: &str,
        params: impl Params,
        read: impl FnOnce(&Row<'_>) -> rusqlite::Result<T>,
    ) -> Result<Option<T>, Fault> {
        Ok(self.connection()?.prepare_cached(sql)?.query_row(params, read).optional()?)
    }

    /// Reads all rows.
    ///
    /// # Errors
    /// SQLite's own.
    pub fn all<T>(
        &self,
        sql: &str,
        params: impl Params,
        read: impl FnMut(&Row<'_>) -> rusqlite::Result<T>,
    ) -> Result<Vec<T>, Fault> {
        let mut statement = self.connection()?.prepare_cached(sql)?;
        Ok(statement.query_map(params, read)?.collect::<rusqlite::Result<_>>()?)
    }

    fn connection(&self) -> Result<&Connection, Fault> {
        Ok(self.0.connection()?)
    }
}

impl FromBatch for SqliteTransaction {
    fn from_batch(batch: &Batch) -> Result<Self, Fault> {
        let work = batch.engine::<Work>().ok_or_else(|| {
            Fault::new(
                "this handler takes `SqliteTransaction`, and the read side is not on SQLite; \
                 use a store URL such as `sqlite:data/orders.db`, or `Views<T>`",
            )
        })?;
        if !work.is_read_only() {
            work.open()?;
        }
        Ok(Self(work))
    }

    fn needs(needs: &mut Needs) {
        needs.sql_by_hand();
    }
}
