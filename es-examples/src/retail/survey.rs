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
    last_lines: HashMap<Box<str>, u64>,
}

impl Survey {
    /// Reads the file once, from start to end.
    ///
    /// # Errors
    /// [`FileError`] for everything that makes the file unfit to be imported.
    pub fn of(file: &RetailFile) -> Result<Self, FileError> {
        let mut rows = file.rows()?;
        let (mut count, mut last_lines) = (0, HashMap::<Box<str>, u64>::new());
        while let Some(row) = rows.next_row()? {
            count += 1;
            let Ok(line) = row.meaning else { continue };
            match last_lines.get_mut(line.number) {
                _ if line.kind == Kind::Credit => {}
                Some(last) => *last = row.line,
                None => {
                    last_lines.insert(line.number.into(), row.line);
                }
            }
        }
        Ok(Self { hash: rows.hash(), rows: count, last_lines })
    }

    /// Returns whether the sale in this line is the last one of its invoice in the file.
    #[must_use]
    pub fn is_last(&self, number: &str, line: u64) -> bool {
        self.last_lines.get(number) == Some(&line)
    }

    /// Returns how many orders the file has lines of.
    #[must_use]
    pub fn orders(&self) -> usize {
        self.last_lines.len()
    }
}
