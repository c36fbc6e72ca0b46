//! The export as a file: plain or compressed, and what can be wrong with it.

use std::{
    fs::File,
    io::{self, BufReader, Read},
    path::{Path, PathBuf},
};

use flate2::read::MultiGzDecoder;

use super::rows::Rows;

/// A CSV file that can be read again and again, compressed with gzip or not.
#[derive(Debug, Clone)]
pub struct RetailFile {
    path: PathBuf,
}

/// Why a file cannot be imported. Nothing has been stored when it is found by a
/// [`Survey`](super::Survey).
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum FileError {
    /// The file cannot be opened.
    #[error("cannot open `{}`: {source}; check the path and its permissions", path.display())]
    Open {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// Standard input is asked for, which is gone after the first reading.
    #[error(
        "`-`, the standard input, cannot be imported, because an import reads its file twice; write \
         it to a file first and give the path of that (`./-` for a file that is called so)"
    )]
    StandardInput,
    /// The path names something that cannot be read twice.
    #[error("`{}` is {what}; give the path of a CSV file", path.display())]
    NotAFile {
        /// The path.
        path: PathBuf,
        /// "a directory" or "not a regular file".
        what: &'static str,
    },
    /// The file breaks off, or its compression is damaged.
    #[error("cannot read `{}` beyond line {line}: {source}; fetch the file again", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// The last line that could be read.
        line: u64,
        /// What the system or the decompressor said.
        source: io::Error,
    },
    /// The file is something else, for example a spreadsheet as its program stores it.
    #[error(
        "`{}` is no CSV file: line {line} is not UTF-8 text; export it as CSV first", path.display()
    )]
    NotText {
        /// The file.
        path: PathBuf,
        /// The line.
        line: u64,
    },
    /// There is no first line.
    #[error(
        "`{}` is empty; its first line must name InvoiceNo, StockCode, Description, Quantity, \
         InvoiceDate, UnitPrice, CustomerID and Country", path.display()
    )]
    Empty {
        /// The file.
        path: PathBuf,
    },
    /// Something else than commas stands between the columns.
    #[error(
        "`{}` has {separator} between the columns in line 1; export it with commas there, and with \
         a point in prices", path.display()
    )]
    Separator {
        /// The file.
        path: PathBuf,
        /// What stands there.
        separator: &'static str,
    },
    /// The first line does not name a column that is needed.
    #[error(
        "`{}` has no column `{column}`; its first line must name InvoiceNo, StockCode, \
         Description, Quantity, InvoiceDate, UnitPrice, CustomerID and Country", path.display()
    )]
    Column {
        /// The file.
        path: PathBuf,
        /// The first column that is missing.
        column: &'static str,
    },
    /// The first line names a column twice, so that nobody knows which one is meant.
    #[error(
        "`{}` has two columns `{column}` in line 1; give one of them another name", path.display()
    )]
    Twice {
        /// The file.
        path: PathBuf,
        /// The first column that is there twice.
        column: &'static str,
    },
    /// A quoted field runs on over the lines that follow.
    #[error(
        "`{}` is malformed: the row in line {line} has a quote that is never closed; \
         close it, or double the quotes inside quoted text", path.display()
    )]
    Quote {
        /// The file.
        path: PathBuf,
        /// Where the row begins.
        line: u64,
    },
    /// The second reading met another content than the first.
    #[error("`{}` changed while it was imported; import it again", path.display())]
    Changed {
        /// The file.
        path: PathBuf,
    },
}

impl RetailFile {
    /// Names a file, after a look whether it is one.
    ///
    /// # Errors
    /// [`FileError::StandardInput`], [`FileError::Open`] and [`FileError::NotAFile`].
    pub fn at(path: impl Into<PathBuf>) -> Result<Self, FileError> {
        let path = path.into();
        if path.as_os_str() == "-" {
            return Err(FileError::StandardInput);
        }
        let kind = match std::fs::metadata(&path) {
            Ok(metadata) => metadata.file_type(),
            Err(source) => return Err(FileError::Open { path, source }),
        };
        if kind.is_dir() {
            return Err(FileError::NotAFile { path, what: "a directory" });
        }
        // A pipe is empty when it is read for the second time.
        if !kind.is_file() {
            return Err(FileError::NotAFile { path, what: "not a regular file" });
        }
        Ok(Self { path })
    }

    /// Returns the path as it was given.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Returns its name with all folders it is in: the next export may be called the same in
    /// another one.
    #[must_use]
    pub fn name(&self) -> String {
        whole_name(&self.path)
    }

    /// Reads the header and gives the rows, from the first.
    ///
    /// # Errors
    /// [`FileError`] when the file cannot be opened or its header lacks a column or has it twice.
    pub fn rows(&self) -> Result<Rows, FileError> {
        let open = |source| FileError::Open { path: self.path.clone(), source };
        Rows::new(self.path.clone(), self.content().map_err(open)?)
    }

    fn content(&self) -> io::Result<Box<dyn Read + Send>> {
        let mut file = BufReader::with_capacity(1 << 16, File::open(&self.path)?);
        // By its first bytes, not by its name: a downloaded export often loses its suffix.
        let compressed = io::BufRead::fill_buf(&mut file)?.starts_with(&[0x1f, 0x8b]);
        Ok(if compressed { Box::new(MultiGzDecoder::new(file)) } else { Box::new(file) })
    }
}

/// A path with all its folders, whatever folder the program runs in.
pub(super) fn whole_name(path: &Path) -> String {
    path.canonicalize().as_deref().unwrap_or(path).to_string_lossy().into_owned()
}
