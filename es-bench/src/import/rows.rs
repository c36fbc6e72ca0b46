use std::path::Path;

use rusqlite::types::Value;
use rusqlite::{Connection, Transaction, params_from_iter};

use crate::Failure;
use crate::append::raw::connect;

/// Events written in one transaction.
const BATCH: usize = 1_000;

/// Tables whose rows belong to events, each with the column that orders its rows.
const TABLES: [(&str, &str); 4] =
    [("streams", "id"), ("events", "position"), ("tags", "position"), ("commands", "first")];

/// All rows of a log, in memory.
pub(super) struct LogRows {
    names: Vec<Vec<Value>>,
    tables: Vec<Table>,
}

struct Table {
    insert: String,
    /// The place each row has among the events, by which it falls into a batch.
    rows: Vec<(i64, Vec<Value>)>,
}

impl LogRows {
    /// Reads a log that es wrote.
    pub(super) fn read(path: &Path) -> Result<Self, Failure> {
        let connection = connect(path)?;
        let names = select(&connection, "SELECT * FROM names WHERE id > 0")?;
        let mut tables = Vec::new();
        for (name, order) in TABLES {
            // A stream is written with its first event.
            let place = match name {
                "streams" => "(SELECT min(position) FROM events WHERE stream = streams.id)",
                _ => order,
            };
            let query = format!("SELECT coalesce({place}, 0), * FROM {name} ORDER BY 1");
            let rows = select(&connection, &query)?;
            let columns = rows.first().map_or(0, |row| row.len() - 1);
            let insert = insert_into(name, columns);
            tables.push(Table { insert, rows: rows.into_iter().map(placed).collect() });
        }
        Ok(Self { names, tables })
    }

    /// Writes the rows into a log that has its tables and nothing in them.
    pub(super) fn write(&self, path: &Path) -> Result<(), Failure> {
        let mut connection = connect(path)?;
        let mut done = vec![0; self.tables.len()];
        let transaction = connection.transaction()?;
        for row in &self.names {
            let insert = insert_into("names", row.len());
            transaction.execute(&insert, params_from_iter(row))?;
        }
        transaction.commit()?;
        let mut end = 0;
        while self.tables.iter().zip(&done).any(|(table, done)| *done < table.rows.len()) {
            end += BATCH as i64;
            let transaction = connection.transaction()?;
            for (table, done) in self.tables.iter().zip(&mut done) {
                *done += table.write(&transaction, *done, end)?;
            }
            transaction.commit()?;
        }
        Ok(())
    }
}

impl Table {
    /// Writes the rows from the `from`-th on that belong to events up to `end`.
    fn write(
        &self,
        transaction: &Transaction<'_>,
        from: usize,
        end: i64,
    ) -> Result<usize, Failure> {
        if from == self.rows.len() {
            return Ok(0);
        }
        let mut statement = transaction.prepare_cached(&self.insert)?;
        let mut written = 0;
        for (_, row) in self.rows.iter().skip(from).take_while(|(place, _)| *place <= end) {
            statement.execute(params_from_iter(row))?;
            written += 1;
        }
        Ok(written)
    }
}

fn select(connection: &Connection, query: &str) -> Result<Vec<Vec<Value>>, Failure> {
    let mut statement = connection.prepare(query)?;
    let columns = statement.column_count();
    let rows =
        statement.query_map([], |row| (0..columns).map(|column| row.get(column)).collect())?;
    Ok(rows.collect::<Result<_, _>>()?)
}

fn insert_into(table: &str, columns: usize) -> String {
    let places = vec!["?"; columns].join(", ");
    format!("INSERT INTO {table} VALUES ({places})")
}

/// Takes the place of a row off its front.
fn placed(mut row: Vec<Value>) -> (i64, Vec<Value>) {
    let place = match row.first() {
        Some(Value::Integer(place)) => *place,
        _ => 0,
    };
    row.drain(..1);
    (place, row)
}
