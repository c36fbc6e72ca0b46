//! The first reading of an export: what is in it, and where each invoice ends.

use std::collections::HashMap;

use super::{FileError, Kind, RetailFile};

/// What the first reading found.
#[derive(Debug)]
pub struct Survey {
    /// The SHA-256 of the uncompressed content: the same rows are the same import, compressed or
    /// not, under whatever name.
    pub hash: String,
    /// How many rows the file has, without the header.
    pub rows: u64,
    invoices: HashMap<Box<str>, Invoice>,
}

#[derive(Debug, Clone, Copy)]
struct Invoice {
    kind: Kind,
    /// The line of the file with its last row.
    last: u64,
    rows: u32,
}

impl Survey {
    /// Reads the file once, from start to end.
    ///
    /// # Errors
    /// [`FileError`] for everything that makes the file unfit to be imported.
    pub fn of(file: &RetailFile) -> Result<Self, FileError> {
        let mut rows = file.rows()?;
        let (mut count, mut invoices) = (0, HashMap::<Box<str>, Invoice>::new());
        while let Some(row) = rows.next_row()? {
            count += 1;
            let Ok(line) = row.meaning else { continue };
            match invoices.get_mut(line.number) {
                Some(known) => {
                    known.last = row.line;
                    known.rows = known.rows.saturating_add(1);
                }
                None => {
                    let invoice = Invoice { kind: line.kind, last: row.line, rows: 1 };
                    invoices.insert(line.number.into(), invoice);
                }
            }
        }
        Ok(Self { hash: rows.hash(), rows: count, invoices })
    }

    /// Returns whether the row in this line is the last one of its invoice in the file.
    #[must_use]
    pub fn is_last(&self, number: &str, line: u64) -> bool {
        self.invoices.get(number).is_some_and(|invoice| invoice.last == line)
    }

    /// Returns how many rows of an invoice or a credit note the file has.
    #[must_use]
    pub fn rows_of(&self, number: &str) -> u32 {
        self.invoices.get(number).map_or(0, |invoice| invoice.rows)
    }

    /// Returns how many orders the file has lines of.
    #[must_use]
    pub fn orders(&self) -> usize {
        self.invoices.values().filter(|invoice| invoice.kind == Kind::Sale).count()
    }
}
