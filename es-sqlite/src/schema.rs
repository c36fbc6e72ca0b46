pub(crate) mod checksum;
pub(crate) mod metadata;
mod shape;

use std::path::Path;

use rusqlite::{Connection, TransactionBehavior, params};

use es_core::store::LogId;
use uuid::Uuid;

use crate::error::SqliteOpenError;

use shape::{OnWrite, Shape};

/// One kind of file: how it is recognised, and how it came to its present shape.
///
/// Migrations only go forward, each in the transaction that raises the version, and a released
/// one is never edited.
pub(crate) struct Schema {
    /// What the file is, for people.
    what: &'static str,
    /// SQLite's `application_id`, by which tools and we recognise the file.
    application: i64,
    /// `migrations[n]` leads from version `n` to `n + 1`.
    migrations: &'static [&'static str],
    /// Tables that may be missing: a file without them only works more slowly.
    may_lack: &'static [&'static str],
}

/// The log, `orders.db`. Its mark reads `esLG`.
pub(crate) const LOG: Schema = Schema {
    what: "a log",
    application: 0x6573_4C47,
    migrations: &[include_str!("schema/log_1.sql")],
    may_lack: &["snapshots"],
};

/// The read side, `orders.read.db`. Its mark reads `esRD`.
pub(crate) const READ_SIDE: Schema = Schema {
    what: "a read side",
    application: 0x6573_5244,
    migrations: &[include_str!("schema/read_1.sql")],
    may_lack: &[],
};

/// What a file is, from its header and its table of tables.
struct Found {
    application: i64,
    version: i64,
    tables: i64,
    shape: Shape,
}

impl Schema {
    /// Refuses a file that is not of this kind, too new, or of another shape; changes nothing.
    pub(crate) fn check(
        &self,
        connection: &Connection,
        path: &Path,
    ) -> Result<(), SqliteOpenError> {
        let of = |error: rusqlite::Error| SqliteOpenError::of(path, &error);
        // All of it at one moment: another process may be making the file.
        let transaction = connection.unchecked_transaction().map_err(of)?;
        let found = Found::of(&transaction).map_err(of)?;
        self.judge(&found, path)
    }

    /// Brings the file to the newest version.
    pub(crate) fn migrate(
        &self,
        connection: &mut Connection,
        path: &Path,
    ) -> Result<(), SqliteOpenError> {
        let of = |error: rusqlite::Error| SqliteOpenError::of(path, &error);
        let transaction =
            connection.transaction_with_behavior(TransactionBehavior::Immediate).map_err(of)?;
        // Another process may have been faster.
        let found = Found::of(&transaction).map_err(of)?;
        self.judge(&found, path)?;
        let steps = self.migrations.iter().skip(usize::try_from(found.version).unwrap_or(0));
        for sql in steps {
            transaction.execute_batch(sql).map_err(of)?;
        }
        if found.version < self.version() {
            transaction.pragma_update(None, "application_id", self.application).map_err(of)?;
            transaction.pragma_update(None, "user_version", self.version()).map_err(of)?;
        }
        transaction.commit().map_err(of)
    }

    fn version(&self) -> i64 {
        i64::try_from(self.migrations.len()).unwrap_or(i64::MAX)
    }

    fn judge(&self, found: &Found, path: &Path) -> Result<(), SqliteOpenError> {
        let of = |error: rusqlite::Error| SqliteOpenError::of(path, &error);
        if let Some(version) = self.lost_version(found).map_err(of)? {
            let (path, what, application) = (path.to_owned(), self.what, self.application);
            return Err(SqliteOpenError::NoMarks { path, what, application, version });
        }
        if found.application != self.application && !found.is_new() {
            let (path, wanted) = (path.to_owned(), self.what);
            return Err(SqliteOpenError::Foreign { path, found: found.what(), wanted });
        }
        if found.version > self.version() {
            let (found, known) = (found.version, self.version());
            return Err(SqliteOpenError::Newer { path: path.to_owned(), found, known });
        }
        // The version alone says nothing of a file that a build from between two releases made,
        // and none at all says nothing of a file with tables.
        let is_unsaid = found.version == 0 && found.tables > 0;
        let version = if is_unsaid { self.version() } else { found.version };
        let wanted = self.shape(version).map_err(of)?;
        let path = || path.to_owned();
        if let Some(difference) = wanted.difference(&found.shape, self.may_lack) {
            return Err(SqliteOpenError::OtherBuild { path: path(), difference });
        }
        match wanted.meddler(&found.shape) {
            None => Ok(()),
            Some(OnWrite { table, kind, name }) => {
                Err(SqliteOpenError::Meddler { path: path(), table, kind, name })
            }
        }
    }

    /// What a file of this version looks like.
    fn shape(&self, version: i64) -> rusqlite::Result<Shape> {
        let steps = self.migrations.get(..usize::try_from(version).unwrap_or(0));
        Shape::made_by(steps.unwrap_or_default())
    }

    /// The version that a file's tables have, where the marks that say so are lost, as after a copy
    /// by statements.
    fn lost_version(&self, found: &Found) -> rusqlite::Result<Option<i64>> {
        let is_marked = found.application != 0 && found.version > 0;
        let is_anothers = found.application != 0 && found.application != self.application;
        if is_marked || is_anothers || found.tables == 0 {
            return Ok(None);
        }
        for version in (1..=self.version()).rev() {
            if self.shape(version)?.difference(&found.shape, self.may_lack).is_none() {
                return Ok(Some(version));
            }
        }
        Ok(None)
    }
}

impl Found {
    fn of(connection: &Connection) -> rusqlite::Result<Self> {
        let number = |name| connection.pragma_query_value(None, name, |row| row.get(0));
        Ok(Self {
            application: number("application_id")?,
            version: number("user_version")?,
            tables: connection
                .query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))?,
            shape: Shape::of(connection)?,
        })
    }

    fn is_new(&self) -> bool {
        self.application == 0 && self.version == 0 && self.tables == 0
    }

    fn what(&self) -> &'static str {
        const OURS: i64 = 0x6573;
        match self.application {
            id if id == LOG.application => LOG.what,
            id if id == READ_SIDE.application => READ_SIDE.what,
            id if id >> 16 == OURS => "another file of this framework",
            _ => "a SQLite database of another program",
        }
    }
}

/// The log's identity, made up when there is none yet.
pub(crate) fn identity(connection: &Connection) -> rusqlite::Result<LogId> {
    connection.execute(
        "INSERT OR IGNORE INTO meta (key, value) VALUES ('identity', ?)",
        params![LogId::generate().0.as_bytes()],
    )?;
    let id: [u8; 16] =
        connection
            .query_row("SELECT value FROM meta WHERE key = 'identity'", [], |row| row.get(0))?;
    Ok(LogId(Uuid::from_bytes(id)))
}
