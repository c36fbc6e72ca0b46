use std::collections::BTreeMap;

use rusqlite::Connection;

/// The tables of a file with their columns, and its indexes: what the statements of this program
/// rest on, as far as SQLite tells it.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Shape {
    tables: BTreeMap<String, Columns>,
    /// The declaration of each index.
    indexes: BTreeMap<String, String>,
}

/// The declaration of each column.
type Columns = BTreeMap<String, String>;

const COLUMNS: &str = include_str!("columns.sql");
const INDEXES: &str = include_str!("indexes.sql");

impl Shape {
    /// Looks at a file.
    pub(super) fn of(connection: &Connection) -> rusqlite::Result<Self> {
        let mut shape = Self::default();
        let mut columns = connection.prepare(COLUMNS)?;
        let mut rows = columns.query([])?;
        while let Some(row) = rows.next()? {
            let columns = shape.tables.entry(row.get(0)?).or_default();
            columns.insert(row.get(1)?, row.get(2)?);
        }
        let mut indexes = connection.prepare(INDEXES)?;
        let named = indexes.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
        shape.indexes = named.collect::<rusqlite::Result<_>>()?;
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
        in_tables.or_else(|| {
            self.indexes.iter().find_map(|(index, wanted)| match found.indexes.get(index) {
                None => Some(format!("it has no index `{index}`")),
                Some(found) if found != wanted => Some(format!("its index `{index}` is another")),
                Some(_) => None,
            })
        })
    }
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
