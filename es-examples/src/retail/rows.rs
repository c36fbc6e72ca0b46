//! One pass over the rows of an export.

use std::{
    io::{self, Read},
    path::{Path, PathBuf},
};

use csv::{ErrorKind, StringRecord};
use sha2::{Digest, Sha256};

use super::{ColumnError, Columns, FileError, Line, Rejected};

/// The rows of an export in their order; hashes the content on the way.
pub struct Rows {
    path: PathBuf,
    reader: csv::Reader<Hashed>,
    header: StringRecord,
    columns: Columns,
    record: StringRecord,
    line: u64,
    ran_on: Option<u64>,
}

/// One row, as text and as what it means.
#[derive(Debug)]
pub struct Row<'r> {
    /// The line of the file in which the row begins; the header is line 1.
    pub line: u64,
    /// The fields as they stand in the file; empty when they are no text.
    pub fields: &'r StringRecord,
    /// The sale or credit, or why it is neither.
    pub meaning: Result<Line<'r>, Rejected>,
}

impl Rows {
    pub(super) fn new(path: PathBuf, content: Box<dyn Read + Send>) -> Result<Self, FileError> {
        let content = Hashed { content, hash: Sha256::new(), quotes: 0 };
        let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(content);
        let header = match reader.headers() {
            Ok(header) => header.clone(),
            Err(error) => return Err(unreadable(path, 1, error)),
        };
        match Columns::find(&header) {
            Ok(columns) => {
                let record = StringRecord::new();
                Ok(Self { path, reader, header, columns, record, line: 1, ran_on: None })
            }
            Err(_) if header.is_empty() => Err(FileError::Empty { path }),
            Err(ColumnError::Twice(column)) => Err(FileError::Twice { path, column }),
            Err(ColumnError::Missing(column)) => Err(match Columns::other_separator(&header) {
                Some(separator) => FileError::Separator { path, separator },
                None => FileError::Column { path, column },
            }),
        }
    }

    /// Reads the next row.
    ///
    /// # Errors
    /// [`FileError::Read`] and [`FileError::Quote`]; a row that merely makes no sense is no error.
    pub fn next_row(&mut self) -> Result<Option<Row<'_>>, FileError> {
        let read = self.reader.read_record(&mut self.record);
        let begins = self.record.position().map_or(self.line, csv::Position::line);
        match read {
            Ok(true) => {}
            Ok(false) => return self.ended().map(|()| None),
            Err(error) if matches!(error.kind(), ErrorKind::Utf8 { .. }) => {
                self.line = error.position().map_or(begins, csv::Position::line);
                self.record.clear();
                let meaning = Err(Rejected::NotText);
                return Ok(Some(Row { line: self.line, fields: &self.record, meaning }));
            }
            Err(error) => return Err(unreadable(self.path.clone(), self.line, error)),
        }
        self.line = begins;
        if self.record.iter().any(|field| field.contains('\n')) {
            self.ran_on.get_or_insert(begins);
            // A quote that nobody closes swallows the lines that follow: they would be lost as one
            // rejected row.
            if self.record.len() != self.columns.width() {
                return Err(self.unclosed(begins));
            }
        }
        let meaning = Line::read(&self.columns, &self.record);
        Ok(Some(Row { line: begins, fields: &self.record, meaning }))
    }

    /// Returns the SHA-256 of the content read so far, uncompressed, in hexadecimal digits.
    #[must_use]
    pub fn hash(&self) -> String {
        let digest = self.reader.get_ref().hash.clone().finalize();
        digest.iter().map(|byte| format!("{byte:02x}")).collect()
    }

    /// Returns the path of the file.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Returns the header line.
    #[must_use]
    pub fn header(&self) -> &StringRecord {
        &self.header
    }

    /// Where a quote is missing and a row went on over several lines, two rows may have become one
    /// that looks well.
    fn ended(&self) -> Result<(), FileError> {
        match self.ran_on {
            Some(line) if self.reader.get_ref().quotes % 2 == 1 => Err(self.unclosed(line)),
            _ => Ok(()),
        }
    }

    fn unclosed(&self, line: u64) -> FileError {
        FileError::Quote { path: self.path.clone(), line }
    }
}

fn unreadable(path: PathBuf, line: u64, error: csv::Error) -> FileError {
    let said = error.to_string();
    match error.into_kind() {
        ErrorKind::Io(source) => FileError::Read { path, line, source },
        ErrorKind::Utf8 { .. } => FileError::NotText { path, line },
        _ => FileError::Read { path, line, source: io::Error::other(said) },
    }
}

struct Hashed {
    content: Box<dyn Read + Send>,
    hash: Sha256,
    quotes: usize,
}

impl Read for Hashed {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let length = self.content.read(buffer)?;
        let read = buffer.get(..length).unwrap_or_default();
        self.hash.update(read);
        self.quotes += read.iter().filter(|byte| **byte == b'"').count();
        Ok(length)
    }
}
