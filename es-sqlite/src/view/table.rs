//! The table of one view in one version: its definition and its statements.

use std::fmt::Write;

use rusqlite::types::Value;
use rusqlite::{Connection, OptionalExtension, Row, params, params_from_iter};

use es_core::projection::overlay::{Change, ExpectedRow, StoredRow};
use es_core::projection::{Scan, ViewPlace, ViewSchema};

/// Makes the table and its indexes if they are missing.
pub(super) fn make(
    connection: &Connection,
    version: &str,
    schema: &ViewSchema,
) -> rusqlite::Result<()> {
    let table = name(version, schema);
    let mut sql = format!(
        "CREATE TABLE IF NOT EXISTS {table} (tenant TEXT NOT NULL, key BLOB NOT NULL, \
         version INTEGER NOT NULL, row TEXT NOT NULL"
    );
    for column in columns(schema) {
        let _ = write!(sql, ", {column} BLOB NOT NULL");
    }
    sql.push_str(", PRIMARY KEY (tenant, key)) STRICT, WITHOUT ROWID;");
    for (field, column) in schema.indexes.iter().zip(columns(schema)) {
        let index = quoted(&format!("{} by {field} {version}", schema.name));
        let _ =
            write!(sql, "CREATE INDEX IF NOT EXISTS {index} ON {table} (tenant, {column}, key);");
    }
    connection.execute_batch(&sql)
}

/// The row with a key.
pub(super) fn load(
    connection: &Connection,
    place: &ViewPlace<'_>,
    key: &[u8],
) -> rusqlite::Result<Option<StoredRow>> {
    let sql = format!("{} AND key = ?2", select(place));
    let mut statement = connection.prepare_cached(&sql)?;
    statement.query_row(params![place.tenant.as_str(), key], stored).optional()
}

/// The rows of a scan, in its order.
pub(super) fn scan(
    connection: &Connection,
    place: &ViewPlace<'_>,
    scan: &Scan,
) -> rusqlite::Result<Vec<StoredRow>> {
    let Some(column) = scanned(place.schema, scan) else {
        return Ok(Vec::new());
    };
    let (range, mut values) = range(&column, place, scan);
    let mut sql = format!("{}{range} ORDER BY {column}, key", select(place));
    if let Some(limit) = scan.limit {
        sql.push_str(" LIMIT ?");
        values.push(Value::Integer(i64::try_from(limit).unwrap_or(i64::MAX)));
    }
    let mut statement = connection.prepare_cached(&sql)?;
    statement.query_map(params_from_iter(values), stored)?.collect()
}

/// The number of rows of a scan, whatever its limit.
pub(super) fn count(
    connection: &Connection,
    place: &ViewPlace<'_>,
    scan: &Scan,
) -> rusqlite::Result<u64> {
    let table = name(place.version, place.schema);
    let Some(column) = scanned(place.schema, scan) else {
        return Ok(0);
    };
    let (range, values) = range(&column, place, scan);
    let sql = format!("SELECT count(*) FROM {table} WHERE tenant = ?{range}");
    let mut statement = connection.prepare_cached(&sql)?;
    let count: i64 = statement.query_row(params_from_iter(values), |row| row.get(0))?;
    Ok(u64::try_from(count).unwrap_or(0))
}

/// Writes one change; false if the stored row is not what the change rests on.
pub(super) fn apply(
    connection: &Connection,
    version: &str,
    flush: i64,
    change: &Change,
) -> rusqlite::Result<bool> {
    let table = name(version, &change.schema);
    let mut values =
        vec![Value::Text(change.tenant.as_str().to_owned()), Value::Blob(change.key.clone())];
    let sql = match (&change.row, change.expected) {
        (None, ExpectedRow::Version(version)) => {
            values.push(Value::Integer(i64::try_from(version).unwrap_or(i64::MAX)));
            format!("DELETE FROM {table} WHERE tenant = ?1 AND key = ?2 AND version = ?3")
        }
        (None, _) => format!("DELETE FROM {table} WHERE tenant = ?1 AND key = ?2"),
        (Some((indexes, row)), expected) => {
            values.push(Value::Integer(flush));
            values.push(Value::Text(String::from_utf8_lossy(row).into_owned()));
            values.extend(indexes.iter().cloned().map(Value::Blob));
            if let ExpectedRow::Version(version) = expected {
                values.push(Value::Integer(i64::try_from(version).unwrap_or(i64::MAX)));
            }
            write_sql(&table, &change.schema, expected)
        }
    };
    let changed = connection.prepare_cached(&sql)?.execute(params_from_iter(values))?;
    // A deletion that rests on nothing may find nothing.
    let may_miss = change.row.is_none() && !matches!(change.expected, ExpectedRow::Version(_));
    Ok(changed == 1 || may_miss)
}

fn write_sql(table: &str, schema: &ViewSchema, expected: ExpectedRow) -> String {
    let columns: Vec<_> =
        ["version", "row"].into_iter().map(str::to_owned).chain(self::columns(schema)).collect();
    let numbered = columns.iter().zip(3..).map(|(column, number)| format!("{column} = ?{number}"));
    if let ExpectedRow::Version(_) = expected {
        let set = numbered.collect::<Vec<_>>().join(", ");
        let version = columns.len() + 3;
        return format!(
            "UPDATE {table} SET {set} WHERE tenant = ?1 AND key = ?2 AND version = ?{version}"
        );
    }
    let places = (1..columns.len() + 3).map(|number| format!("?{number}"));
    let places = places.collect::<Vec<_>>().join(", ");
    let on_conflict = match expected {
        ExpectedRow::Any => {
            let set = columns.iter().map(|column| format!("{column} = excluded.{column}"));
            format!("UPDATE SET {}", set.collect::<Vec<_>>().join(", "))
        }
        _ => "NOTHING".to_owned(),
    };
    format!(
        "INSERT INTO {table} (tenant, key, {}) VALUES ({places}) ON CONFLICT (tenant, key) DO \
         {on_conflict}",
        columns.join(", ")
    )
}

fn select(place: &ViewPlace<'_>) -> String {
    let mut sql = "SELECT key, version, row".to_owned();
    for column in columns(place.schema) {
        let _ = write!(sql, ", {column}");
    }
    let _ = write!(sql, " FROM {} WHERE tenant = ?1", name(place.version, place.schema));
    sql
}

fn stored(row: &Row<'_>) -> rusqlite::Result<StoredRow> {
    let version: i64 = row.get(1)?;
    let json: String = row.get(2)?;
    let mut indexes = Vec::with_capacity(row.as_ref().column_count().saturating_sub(3));
    for column in 3..row.as_ref().column_count() {
        indexes.push(row.get(column)?);
    }
    Ok(StoredRow {
        key: row.get(0)?,
        indexes,
        row: json.into_bytes(),
        version: u64::try_from(version).unwrap_or(0),
    })
}

/// The column that a scan goes by; `None` if the view has no such index.
fn scanned(schema: &ViewSchema, scan: &Scan) -> Option<String> {
    match scan.index {
        None => Some("key".to_owned()),
        Some(number) => columns(schema).nth(number),
    }
}

fn range(column: &str, place: &ViewPlace<'_>, scan: &Scan) -> (String, Vec<Value>) {
    let mut sql = String::new();
    let mut values = vec![Value::Text(place.tenant.as_str().to_owned())];
    for (bound, operator) in [(&scan.from, ">="), (&scan.to, "<")] {
        if let Some(bytes) = bound {
            let _ = write!(sql, " AND {column} {operator} ?");
            values.push(Value::Blob(bytes.clone()));
        }
    }
    (sql, values)
}

fn columns(schema: &ViewSchema) -> impl Iterator<Item = String> {
    schema.indexes.iter().map(|field| quoted(&format!("by_{field}")))
}

/// Both names are the user's, so both are quoted; the version keeps apart what must not mix.
fn name(version: &str, schema: &ViewSchema) -> String {
    quoted(&format!("{} {version}", schema.name))
}

fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}
