use std::ffi::c_int;
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};

use rusqlite::ffi;

use crate::Call;
use crate::raw::RawFile;
use crate::state::{Handle, Shared};

/// A file on a [`Disk`](crate::Disk), opened without SQLite.
///
/// Its calls are counted, held, failed and lost like SQLite's own.
#[derive(Debug)]
pub struct DiskFile {
    shared: &'static Shared,
    handle: Handle,
    file: Plain,
}

impl DiskFile {
    pub(crate) fn open(shared: &'static Shared, path: &str) -> io::Result<Self> {
        shared.admit_open(Some(path), ffi::SQLITE_OPEN_READWRITE).map_err(failed)?;
        let mut file = Plain(File::options().read(true).write(true).open(path)?);
        let handle = shared.opened(Some(path.to_owned()), &mut file);
        Ok(Self { shared, handle, file })
    }
}

impl Read for DiskFile {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.shared.admit(Call::Read, &self.handle).map_err(failed)?;
        self.file.0.read(buffer)
    }
}

impl Write for DiskFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let offset = self.file.0.stream_position()?;
        match self.shared.write(&self.handle, &mut self.file, offset, bytes) {
            ffi::SQLITE_OK => {}
            code => return Err(failed(code)),
        }
        self.file.0.seek(SeekFrom::Start(offset + bytes.len() as u64))?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Seek for DiskFile {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.file.0.seek(to)
    }
}

fn failed(code: c_int) -> io::Error {
    io::Error::other(format!("the call failed on purpose (code {code})"))
}

/// A file of the operating system.
#[derive(Debug)]
struct Plain(File);

impl Plain {
    fn at(&mut self, offset: u64) -> io::Result<&mut File> {
        self.0.seek(SeekFrom::Start(offset))?;
        Ok(&mut self.0)
    }
}

impl RawFile for Plain {
    fn read(&mut self, offset: u64, buffer: &mut [u8]) -> c_int {
        buffer.fill(0);
        let mut read = || {
            let (file, mut rest) = (self.at(offset)?, &mut *buffer);
            io::copy(&mut file.take(rest.len() as u64), &mut rest)
        };
        code(read(), ffi::SQLITE_IOERR_READ)
    }

    fn write(&mut self, offset: u64, bytes: &[u8]) -> c_int {
        let written = self.at(offset).and_then(|file| file.write_all(bytes));
        code(written, ffi::SQLITE_IOERR_WRITE)
    }

    fn truncate(&mut self, size: u64) -> c_int {
        code(self.0.set_len(size), ffi::SQLITE_IOERR_TRUNCATE)
    }

    fn sync(&mut self, _flags: c_int) -> c_int {
        code(self.0.sync_all(), ffi::SQLITE_IOERR_FSYNC)
    }

    fn size(&mut self) -> Result<u64, c_int> {
        self.0.metadata().map(|file| file.len()).map_err(|_| ffi::SQLITE_IOERR_FSTAT)
    }
}

fn code<T>(result: io::Result<T>, failure: c_int) -> c_int {
    if result.is_ok() { ffi::SQLITE_OK } else { failure }
}
