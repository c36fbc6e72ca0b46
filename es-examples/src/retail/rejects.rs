//! The file of rows that were not imported.

use std::{
    fs::File,
    io::{self, Read},
    path::{Path, PathBuf},
};

use csv::StringRecord;

use super::{Rejected, Rows};

/// What the header begins with.
const BEGIN: &[u8] = b"line,reason,";

/// Writes rejected rows as CSV: line number, reason, and the row's own fields.
pub struct Rejects {
    path: PathBuf,
    writer: csv::Writer<File>,
    count: u64,
}

/// The rejected rows could not be written down.
#[derive(Debug, thiserror::Error)]
#[error("cannot write rejected rows to `{}`: {source}; name another file with --rejects", path.display())]
pub struct RejectsError {
    path: PathBuf,
    source: io::Error,
}

impl Rejects {
    /// Creates the file, and its folder; what an earlier run left there is replaced. The rows to
    /// come are those of an export, whose header is copied.
    ///
    /// # Errors
    /// [`RejectsError`] when the file cannot be written.
    pub fn create(path: impl Into<PathBuf>, rows: &Rows) -> Result<Self, RejectsError> {
        let path = path.into();
        let created = match path.parent() {
            Some(folder) => std::fs::create_dir_all(folder).and_then(|()| File::create(&path)),
            None => File::create(&path),
        };
        let file = match created {
            Ok(file) => file,
            Err(source) => return Err(RejectsError { path, source }),
        };
        let mut writer = csv::WriterBuilder::new().flexible(true).from_writer(file);
        match writer.write_record(["line", "reason"].into_iter().chain(rows.header())) {
            Ok(()) => Ok(Self { path, writer, count: 0 }),
            Err(error) => Err(RejectsError { path, source: error.into() }),
        }
    }

    /// True if nothing but rejected rows would be lost with what is at a path.
    #[must_use]
    pub fn may_replace(path: &Path) -> bool {
        // A device has nothing to lose, and to a folder nothing is written.
        if !path.is_file() {
            return true;
        }
        let Ok(file) = File::open(path) else { return false };
        let mut begin = Vec::new();
        let read = file.take(BEGIN.len() as u64).read_to_end(&mut begin);
        read.is_ok() && (begin.is_empty() || begin == BEGIN)
    }

    /// Writes one row.
    ///
    /// # Errors
    /// [`RejectsError`] when the file cannot be written.
    pub fn add(
        &mut self,
        line: u64,
        reason: &Rejected,
        fields: &StringRecord,
    ) -> Result<(), RejectsError> {
        self.count += 1;
        let row = [line.to_string(), reason.to_string()];
        let row = row.iter().map(String::as_str).chain(fields);
        self.writer.write_record(row).map_err(|error| self.failed(error.into()))
    }

    /// Writes what is still buffered.
    ///
    /// # Errors
    /// [`RejectsError`] when the file cannot be written.
    pub fn flush(&mut self) -> Result<(), RejectsError> {
        self.writer.flush().map_err(|source| self.failed(source))
    }

    /// Returns how many rows were rejected.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.count
    }

    /// Returns the file's path.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    fn failed(&self, source: io::Error) -> RejectsError {
        RejectsError { path: self.path.clone(), source }
    }
}
