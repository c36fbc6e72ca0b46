//! The file of rows that were not imported as they stand.

use std::{
    fs::{File, OpenOptions, TryLockError},
    io::{self, Read, Seek, Write},
    path::{Path, PathBuf},
};

use csv::StringRecord;

use super::{Rejected, Rows, file::whole_name};

/// What the header begins with.
const BEGIN: &str = "file,line,outcome,reason,";

/// So many files of earlier imports are looked at for a name that is free.
const NAMES: u32 = 10_000;

/// Writes rows as CSV: file, line number, outcome, reason, and the row's own fields.
///
/// A list belongs to the file that its rows name. The next import of that file writes it anew, and
/// one without a row is anybody's. While it is being written it is locked, and every other import
/// takes another name. Each row is in the file when it has been added, as a whole.
///
/// The outcome is `rejected` for a row whose item is not stored, and `differs` for one whose item
/// is stored, but whose invoice is stored otherwise than the file has it.
pub struct Rejects {
    path: PathBuf,
    of: String,
    writer: csv::Writer<WholeRows>,
    rejected: u64,
    differing: u64,
}

/// The rejected rows could not be written down.
#[derive(Debug, thiserror::Error)]
#[error(
    "cannot write rejected rows to `{}`: {source}; name another file with --rejects", path.display()
)]
pub struct RejectsError {
    path: PathBuf,
    source: io::Error,
}

impl Rejects {
    /// Creates the file, and its folder. A list of the same export is written anew; one of another
    /// export is left alone: the name then gets a number, as in `rejects-2.csv`. The rows to come
    /// are those of the export, whose header is copied.
    ///
    /// # Errors
    /// [`RejectsError`] when the file cannot be written.
    pub fn create(path: impl Into<PathBuf>, rows: &Rows) -> Result<Self, RejectsError> {
        let path = path.into();
        let of = whole_name(rows.path());
        let (path, file) = match create_folder(&path).and_then(|()| create_beside(&path, &of)) {
            Ok(created) => created,
            Err(source) => return Err(RejectsError { path, source }),
        };
        let whole = WholeRows { file, waiting: Vec::new() };
        let writer = csv::WriterBuilder::new().flexible(true).from_writer(whole);
        let mut rejects = Self { path, of, writer, rejected: 0, differing: 0 };
        let first = BEGIN.split_terminator(',').chain(rows.header());
        rejects.writer.write_record(first).map_err(|error| rejects.failed(error.into()))?;
        rejects.flush()?;
        Ok(rejects)
    }

    /// True if there is a file that is no list of rejected rows.
    #[must_use]
    pub fn is_something_else(path: &Path) -> bool {
        // A device holds nothing, and to a folder nothing is written.
        if !path.is_file() {
            return false;
        }
        !File::open(path).is_ok_and(|file| is_list(&file))
    }

    /// Writes a row whose item is not stored.
    ///
    /// # Errors
    /// [`RejectsError`] when the file cannot be written.
    pub fn reject(
        &mut self,
        line: u64,
        reason: &Rejected,
        fields: &StringRecord,
    ) -> Result<(), RejectsError> {
        self.rejected += 1;
        self.add([&line.to_string(), "rejected", &reason.to_string()], fields)
    }

    /// Writes a row whose item is stored, but whose invoice is stored otherwise.
    ///
    /// # Errors
    /// [`RejectsError`] when the file cannot be written.
    pub fn differs(
        &mut self,
        line: u64,
        reason: &str,
        fields: &StringRecord,
    ) -> Result<(), RejectsError> {
        self.differing += 1;
        self.add([&line.to_string(), "differs", reason], fields)
    }

    fn add(&mut self, begin: [&str; 3], fields: &StringRecord) -> Result<(), RejectsError> {
        let row = [self.of.as_str()].into_iter().chain(begin).chain(fields);
        self.writer.write_record(row).map_err(|error| self.failed(error.into()))?;
        self.flush()
    }

    fn flush(&mut self) -> Result<(), RejectsError> {
        self.writer.flush().map_err(|source| self.failed(source))
    }

    /// Ends the file and returns its path; without a row there is nothing to keep, and it is
    /// removed.
    ///
    /// # Errors
    /// [`RejectsError`] when the file cannot be removed.
    pub fn finish(self) -> Result<Option<PathBuf>, RejectsError> {
        if self.rejected + self.differing > 0 {
            return Ok(Some(self.path));
        }
        if self.path.is_file() {
            std::fs::remove_file(&self.path).map_err(|source| self.failed(source))?;
        }
        Ok(None)
    }

    /// Returns how many rows were rejected.
    #[must_use]
    pub fn rejected(&self) -> u64 {
        self.rejected
    }

    /// Returns how many rows are of an invoice that is stored otherwise.
    #[must_use]
    pub fn differing(&self) -> u64 {
        self.differing
    }

    fn failed(&self, source: io::Error) -> RejectsError {
        RejectsError { path: self.path.clone(), source }
    }
}

fn create_folder(path: &Path) -> io::Result<()> {
    path.parent().map_or(Ok(()), std::fs::create_dir_all)
}

/// Keeps what is written until it is flushed, so that a program that is killed between two rows
/// leaves no half of one.
struct WholeRows {
    file: File,
    waiting: Vec<u8>,
}

impl Write for WholeRows {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.waiting.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        let written = self.file.write_all(&self.waiting);
        self.waiting.clear();
        written
    }
}

/// Takes a file under this name or, where that is taken by the list of another export or by an
/// import that still writes it, under the first one that is free.
fn create_beside(path: &Path, export: &str) -> io::Result<(PathBuf, File)> {
    if path.metadata().is_ok_and(|found| !found.is_file()) {
        return Ok((path.to_owned(), File::create(path)?));
    }
    for number in 1..NAMES {
        let name = numbered(path, number);
        // What is there is cut off only when it turns out to be nobody else's.
        let opened =
            OpenOptions::new().read(true).write(true).create(true).truncate(false).open(&name);
        let mut file = match opened {
            Ok(file) => file,
            Err(_) if name.exists() => continue,
            Err(error) => return Err(error),
        };
        if is_locked(&file)? || !is_free_for(&file, export) {
            continue;
        }
        file.set_len(0)?;
        file.rewind()?;
        return Ok((name, file));
    }
    Err(io::Error::new(io::ErrorKind::AlreadyExists, "every numbered name is taken as well"))
}

/// Locks a file, until it is closed, unless another import has done so. Where a disk knows no
/// locks, nobody has.
fn is_locked(file: &File) -> io::Result<bool> {
    match file.try_lock() {
        Ok(()) => Ok(false),
        Err(TryLockError::WouldBlock) => Ok(true),
        Err(TryLockError::Error(error)) if error.kind() == io::ErrorKind::Unsupported => Ok(false),
        Err(TryLockError::Error(error)) => Err(error),
    }
}

/// True if the first row that is listed there is of this export, or none is listed: then an import
/// was killed before it met one.
fn is_free_for(mut file: &File, export: &str) -> bool {
    if !is_list(file) || file.rewind().is_err() {
        return false;
    }
    let reader = csv::ReaderBuilder::new().flexible(true).from_reader(file);
    match reader.into_records().next() {
        None => true,
        Some(Ok(row)) => row.get(0) == Some(export),
        Some(Err(_)) => false,
    }
}

/// True if a file is empty or begins as a list does.
fn is_list(file: &File) -> bool {
    let mut begin = Vec::new();
    let read = file.take(BEGIN.len() as u64).read_to_end(&mut begin);
    read.is_ok() && (begin.is_empty() || begin == BEGIN.as_bytes())
}

fn numbered(path: &Path, number: u32) -> PathBuf {
    if number == 1 {
        return path.to_owned();
    }
    let mut name = path.file_stem().unwrap_or_default().to_owned();
    name.push(format!("-{number}"));
    if let Some(extension) = path.extension() {
        name.push(".");
        name.push(extension);
    }
    path.with_file_name(name)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::fs;
    use std::path::Path;

    use super::{Rejects, numbered};
    use crate::retail::{RetailFile, Rows};

    fn export(path: &Path) -> Rows {
        let sample = concat!(env!("CARGO_MANIFEST_DIR"), "/samples/orders.csv");
        let sample = fs::read_to_string(sample).unwrap();
        let header = sample.lines().next().unwrap();
        let row = "1,A,PEN,1,2024-01-01T00:00:00,1,c,EIRE";
        fs::write(path, format!("{header}\n{row}\n")).unwrap();
        RetailFile::at(path).unwrap().rows().unwrap()
    }

    // Here, because a lock lives on for a moment in every program that is being started meanwhile.
    #[test]
    fn a_list_has_whole_rows_at_any_moment_and_belongs_to_the_import_that_writes_it() {
        let folder = tempfile::tempdir().unwrap();
        let place = |name: &str| folder.path().join(name);
        let (path, mut rows, others) =
            (place("rejects.csv"), export(&place("a.csv")), export(&place("b.csv")));
        let mut list = Rejects::create(&path, &rows).unwrap();
        // It has no row yet, but it is not free.
        drop(Rejects::create(&path, &others).unwrap());
        assert!(place("rejects-2.csv").exists());

        let fields = rows.next_row().unwrap().unwrap().fields.clone();
        for count in 1..=300 {
            list.differs(count, "a reason", &fields).unwrap();
            let listed = fs::read_to_string(&path).unwrap();
            assert!(listed.ends_with(",EIRE\n"), "row {count} is there and whole");
            assert_eq!(listed.lines().count() as u64, 1 + count);
        }
        drop(list);
        let lines = || fs::read_to_string(&path).unwrap().lines().count();
        drop(Rejects::create(&path, &others).unwrap());
        assert_eq!(lines(), 301, "it is of `a.csv`");
        drop(Rejects::create(&path, &rows).unwrap());
        assert_eq!(lines(), 1, "written anew");
    }

    #[test]
    fn the_number_stands_before_the_extension() {
        for (name, second) in [("a/r.csv", "a/r-2.csv"), ("r", "r-2"), ("r.x.csv", "r.x-2.csv")] {
            assert_eq!(numbered(Path::new(name), 1), Path::new(name));
            assert_eq!(numbered(Path::new(name), 2), Path::new(second));
        }
    }
}
