use std::collections::{BTreeMap, BTreeSet};

use rusqlite::{Connection, Row};

use crate::error::MeddlerKind;

/// The tables of a file with their columns and keys, its indexes, and what runs by itself when a
/// row is written: what the statements of this program rest on, as far as SQLite tells it.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Shape {
    tables: BTreeMap<String, Columns>,
    /// The declaration of each index.
    indexes: BTreeMap<String, String>,
    /// The primary keys and unique constraints, each behind its table.
    keys: BTreeSet<(String, String)>,
    on_write: BTreeSet<OnWrite>,
}

/// A trigger, or an index that refuses.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct OnWrite {
    pub(super) table: String,
    pub(super) kind: MeddlerKind,
    pub(super) name: String,
}

/// The declaration of each column.
type Columns = BTreeMap<String, String>;

const COLUMNS: &str = include_str!("columns.sql");
const INDEXES: &str = include_str!("indexes.sql");
const KEYS: &str = include_str!("keys.sql");
const ON_WRITE: &str = include_str!("on_write.sql");

impl Shape {
    /// Looks at a file.
    pub(super) fn of(connection: &Connection) -> rusqlite::Result<Self> {
        let mut shape = Self::default();
        let columns: Vec<_> = rows(connection, COLUMNS, |row| {
            Ok((row.get(0)?, row.get::<_, String>(1)?, row.get::<_, String>(2)?))
        })?;
        for (table, column, declaration) in columns {
            shape.tables.entry(table).or_default().insert(column, declaration);
        }
        shape.indexes = rows(connection, INDEXES, |row| Ok((row.get(0)?, row.get(1)?)))?;
        shape.keys = rows(connection, KEYS, |row| Ok((row.get(0)?, row.get(1)?)))?;
        shape.on_write = rows(connection, ON_WRITE, |row| {
            let kind = match row.get_ref(1)?.as_str()? {
                "trigger" => MeddlerKind::Trigger,
                _ => MeddlerKind::Index,
            };
            Ok(OnWrite { table: row.get(0)?, kind, name: row.get(2)? })
        })?;
        Ok(shape)
    }

    /// What migrations make of an empty file.
    pub(super) fn made_by(migrations: &[&str]) -> rusqlite::Result<Self> {
        let connection = Connection::open_in_memory()?;
        migrations.iter().try_for_each(|sql| connection.execute_batch(sql))?;
        Self::of(&connection)
    }

    /// Says the first thing in which a file differs from this; what it has besides is its own.
    pub(super) fn difference(&self, found: &Self, may_lack: &[&str]) -> Option<String> {
        let in_tables =
            self.tables.iter().find_map(|(table, wanted)| match found.tables.get(table) {
                Some(columns) => in_columns(table, wanted, columns),
                None if may_lack.contains(&table.as_str()) => None,
                None => Some(format!("it has no table `{table}`")),
            });
        let in_indexes = || {
            self.indexes.iter().find_map(|(index, wanted)| match found.indexes.get(index) {
                None => Some(format!("it has no index `{index}`")),
                Some(found) if found != wanted => Some(format!("its index `{index}` is another")),
                Some(_) => None,
            })
        };
        in_tables.or_else(in_indexes).or_else(|| self.in_keys(found))
    }

    fn in_keys(&self, found: &Self) -> Option<String> {
        let lost = |(table, key): &(String, String)| {
            found.tables.contains_key(table).then(|| format!("its table `{table}` has no {key}"))
        };
        let more = |(table, key): &(String, String)| {
            let text = || format!("its table `{table}` has a {key} that this one does not know");
            self.tables.contains_key(table).then(text)
        };
        let lost = self.keys.difference(&found.keys).find_map(lost);
        lost.or_else(|| found.keys.difference(&self.keys).find_map(more))
    }

    /// What a file has on one of these tables that meddles with what is written there.
    pub(super) fn meddler(&self, found: &Self) -> Option<OnWrite> {
        let mut foreign = found.on_write.difference(&self.on_write);
        foreign.find(|it| self.tables.contains_key(&it.table)).cloned()
    }
}

fn rows<T, C: FromIterator<T>>(
    connection: &Connection,
    sql: &str,
    read: impl FnMut(&Row<'_>) -> rusqlite::Result<T>,
) -> rusqlite::Result<C> {
    connection.prepare(sql)?.query_map([], read)?.collect()
}

fn in_columns(table: &str, wanted: &Columns, found: &Columns) -> Option<String> {
    let lost = wanted.iter().find_map(|(column, wanted)| match found.get(column) {
        None => Some(format!("its table `{table}` has no column `{column}`")),
        Some(found) if found != wanted => Some(format!(
            "column `{column}` of its table `{table}` is `{found}` instead of `{wanted}`"
        )),
        Some(_) => None,
    });
    lost.or_else(|| {
        let more = found.keys().find(|column| !wanted.contains_key(*column))?;
        Some(format!("its table `{table}` has a column `{more}` that this one does not know"))
    })
}
