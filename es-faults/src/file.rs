//! The table of functions SQLite calls for an open file.
//!
//! An open file is our header followed by the wrapped file. Each function counts the call, asks
//! [`Shared`] whether it fails, and otherwise calls the wrapped one. Version 2 of the table: with
//! shared memory for WAL, without memory mapping.

use std::ffi::{c_int, c_void};
use std::{ptr, slice};

use rusqlite::ffi;
use rusqlite::ffi::sqlite3_file;

use crate::Call;
use crate::raw::RawFile;
use crate::state::{Handle, Shared};

/// The header in front of each wrapped file.
#[repr(C)]
pub(crate) struct FaultyFile {
    base: sqlite3_file,
    /// Owned by the file from opening to closing.
    open: *mut OpenFile,
}

struct OpenFile {
    shared: &'static Shared,
    handle: Handle,
}

static METHODS: ffi::sqlite3_io_methods = ffi::sqlite3_io_methods {
    iVersion: 2,
    xClose: Some(close),
    xRead: Some(read),
    xWrite: Some(write),
    xTruncate: Some(truncate),
    xSync: Some(sync),
    xFileSize: Some(file_size),
    xLock: Some(lock),
    xUnlock: Some(unlock),
    xCheckReservedLock: Some(check_reserved_lock),
    xFileControl: Some(file_control),
    xSectorSize: Some(sector_size),
    xDeviceCharacteristics: Some(device_characteristics),
    xShmMap: Some(shm_map),
    xShmLock: Some(shm_lock),
    xShmBarrier: Some(shm_barrier),
    xShmUnmap: Some(shm_unmap),
    xFetch: None,
    xUnfetch: None,
};

impl FaultyFile {
    /// Returns the wrapped file behind the header.
    ///
    /// # Safety
    /// `file` points to a header followed by room for the wrapped file.
    pub(crate) unsafe fn inner(file: *mut sqlite3_file) -> *mut sqlite3_file {
        // SAFETY: by the caller's promise the place behind the header is in the same allocation.
        // The header is two pointers long, so the wrapped file is aligned as the header is.
        unsafe { file.cast::<Self>().add(1).cast() }
    }

    /// Closes a wrapped file that has a method table, as after a failed opening.
    ///
    /// # Safety
    /// `inner` was given to the wrapped `xOpen` and is not used afterwards.
    pub(crate) unsafe fn close_inner(inner: *mut sqlite3_file) -> c_int {
        // SAFETY: `xOpen` has set `pMethods` to null or to a table that outlives the file.
        let methods = unsafe { (*inner).pMethods.as_ref() };
        match methods.and_then(|methods| methods.xClose) {
            // SAFETY: the file is open as far as its own table says.
            Some(close) => unsafe { close(inner) },
            None => ffi::SQLITE_OK,
        }
    }

    /// Fills the header of a file whose wrapped file is open.
    ///
    /// # Safety
    /// `file` points to an unused header followed by an open wrapped file.
    pub(crate) unsafe fn begin(
        file: *mut sqlite3_file,
        shared: &'static Shared,
        path: Option<String>,
    ) {
        // SAFETY: the wrapped file is open by the caller's promise.
        let mut raw = Wrapped(unsafe { Self::inner(file) });
        let handle = shared.opened(path, &mut raw);
        let open = Box::into_raw(Box::new(OpenFile { shared, handle }));
        let header = Self { base: sqlite3_file { pMethods: &METHODS }, open };
        // SAFETY: `file` has room for the header, and nothing lives there yet.
        unsafe { ptr::write(file.cast::<Self>(), header) };
    }
}

/// Returns the parts of an open file.
///
/// # Safety
/// `file` was opened by [`FaultyFile::begin`] and not closed yet; SQLite uses a file from one
/// thread at a time and calls nothing after `xClose`.
unsafe fn parts<'f>(file: *mut sqlite3_file) -> (&'f OpenFile, Wrapped) {
    // SAFETY: an open file's header holds a box that lives until `close`.
    unsafe { (&*(*file.cast::<FaultyFile>()).open, Wrapped(FaultyFile::inner(file))) }
}

/// The wrapped file of an open file.
struct Wrapped(*mut sqlite3_file);

/// Calls a function of the wrapped file, or answers with a code when it has none.
macro_rules! call {
    ($wrapped:expr, $method:ident ( $($argument:expr),* ), else $missing:expr) => {{
        let inner = $wrapped.0;
        // SAFETY: the wrapped file is open, so its table is set and outlives it.
        match unsafe { (*(*inner).pMethods).$method } {
            // SAFETY: `inner` belongs to the table; SQLite's own arguments are handed through,
            // or stand for buffers that the caller owns.
            Some(method) => unsafe { method(inner, $($argument),*) },
            None => $missing,
        }
    }};
}

impl RawFile for Wrapped {
    fn read(&mut self, offset: u64, buffer: &mut [u8]) -> c_int {
        let (Ok(length), Ok(offset)) = (c_int::try_from(buffer.len()), i64::try_from(offset))
        else {
            return ffi::SQLITE_IOERR_READ;
        };
        let target = buffer.as_mut_ptr().cast::<c_void>();
        match call!(self, xRead(target, length, offset), else ffi::SQLITE_IOERR_READ) {
            ffi::SQLITE_IOERR_SHORT_READ => ffi::SQLITE_OK,
            code => code,
        }
    }

    fn write(&mut self, offset: u64, bytes: &[u8]) -> c_int {
        let (Ok(length), Ok(offset)) = (c_int::try_from(bytes.len()), i64::try_from(offset)) else {
            return ffi::SQLITE_IOERR_WRITE;
        };
        let source = bytes.as_ptr().cast::<c_void>();
        call!(self, xWrite(source, length, offset), else ffi::SQLITE_IOERR_WRITE)
    }

    fn truncate(&mut self, size: u64) -> c_int {
        let Ok(size) = i64::try_from(size) else {
            return ffi::SQLITE_IOERR_TRUNCATE;
        };
        call!(self, xTruncate(size), else ffi::SQLITE_IOERR_TRUNCATE)
    }

    fn sync(&mut self, flags: c_int) -> c_int {
        call!(self, xSync(flags), else ffi::SQLITE_IOERR_FSYNC)
    }

    fn size(&mut self) -> Result<u64, c_int> {
        let mut size = 0_i64;
        match call!(self, xFileSize(&raw mut size), else ffi::SQLITE_IOERR_FSTAT) {
            ffi::SQLITE_OK => u64::try_from(size).map_err(|_| ffi::SQLITE_IOERR_FSTAT),
            code => Err(code),
        }
    }
}

unsafe extern "C" fn close(file: *mut sqlite3_file) -> c_int {
    let header = file.cast::<FaultyFile>();
    // SAFETY: SQLite closes an open file once, and the wrapped one with it.
    unsafe {
        drop(Box::from_raw((*header).open));
        FaultyFile::close_inner(FaultyFile::inner(file))
    }
}

unsafe extern "C" fn read(
    file: *mut sqlite3_file,
    buffer: *mut c_void,
    length: c_int,
    offset: ffi::sqlite3_int64,
) -> c_int {
    // SAFETY: SQLite gives an open file.
    let (open, wrapped) = unsafe { parts(file) };
    if let Err(code) = open.shared.admit(Call::Read, &open.handle) {
        return code;
    }
    // Not through `RawFile::read`: SQLite wants to hear of a short read.
    call!(wrapped, xRead(buffer, length, offset), else ffi::SQLITE_IOERR_READ)
}

unsafe extern "C" fn write(
    file: *mut sqlite3_file,
    bytes: *const c_void,
    length: c_int,
    offset: ffi::sqlite3_int64,
) -> c_int {
    // SAFETY: SQLite gives an open file.
    let (open, mut wrapped) = unsafe { parts(file) };
    let (Ok(length), Ok(offset)) = (usize::try_from(length), u64::try_from(offset)) else {
        return ffi::SQLITE_IOERR_WRITE;
    };
    // SAFETY: SQLite gives `length` readable bytes, which nobody changes during the call.
    let bytes = unsafe { slice::from_raw_parts(bytes.cast::<u8>(), length) };
    open.shared.write(&open.handle, &mut wrapped, offset, bytes)
}

unsafe extern "C" fn truncate(file: *mut sqlite3_file, size: ffi::sqlite3_int64) -> c_int {
    // SAFETY: SQLite gives an open file.
    let (open, mut wrapped) = unsafe { parts(file) };
    let Ok(size) = u64::try_from(size) else {
        return ffi::SQLITE_IOERR_TRUNCATE;
    };
    open.shared.truncate(&open.handle, &mut wrapped, size)
}

unsafe extern "C" fn sync(file: *mut sqlite3_file, flags: c_int) -> c_int {
    // SAFETY: SQLite gives an open file.
    let (open, mut wrapped) = unsafe { parts(file) };
    open.shared.sync(&open.handle, &mut wrapped, flags)
}

unsafe extern "C" fn file_size(file: *mut sqlite3_file, size: *mut ffi::sqlite3_int64) -> c_int {
    // SAFETY: SQLite gives an open file.
    let (_, wrapped) = unsafe { parts(file) };
    call!(wrapped, xFileSize(size), else ffi::SQLITE_IOERR_FSTAT)
}

unsafe extern "C" fn lock(file: *mut sqlite3_file, level: c_int) -> c_int {
    // SAFETY: SQLite gives an open file.
    let (open, wrapped) = unsafe { parts(file) };
    if let Err(code) = open.shared.admit(Call::Lock, &open.handle) {
        return code;
    }
    call!(wrapped, xLock(level), else ffi::SQLITE_IOERR_LOCK)
}

/// Never fails on purpose: a file must always be able to give its locks back.
unsafe extern "C" fn unlock(file: *mut sqlite3_file, level: c_int) -> c_int {
    // SAFETY: SQLite gives an open file.
    let (_, wrapped) = unsafe { parts(file) };
    call!(wrapped, xUnlock(level), else ffi::SQLITE_IOERR_UNLOCK)
}

unsafe extern "C" fn check_reserved_lock(file: *mut sqlite3_file, taken: *mut c_int) -> c_int {
    // SAFETY: SQLite gives an open file.
    let (_, wrapped) = unsafe { parts(file) };
    call!(wrapped, xCheckReservedLock(taken), else ffi::SQLITE_IOERR_CHECKRESERVEDLOCK)
}

unsafe extern "C" fn file_control(
    file: *mut sqlite3_file,
    operation: c_int,
    argument: *mut c_void,
) -> c_int {
    // SAFETY: SQLite gives an open file.
    let (_, wrapped) = unsafe { parts(file) };
    call!(wrapped, xFileControl(operation, argument), else ffi::SQLITE_NOTFOUND)
}

unsafe extern "C" fn sector_size(file: *mut sqlite3_file) -> c_int {
    // SAFETY: SQLite gives an open file.
    let (_, wrapped) = unsafe { parts(file) };
    // 0 lets SQLite assume its default.
    call!(wrapped, xSectorSize(), else 0)
}

unsafe extern "C" fn device_characteristics(file: *mut sqlite3_file) -> c_int {
    // SAFETY: SQLite gives an open file.
    let (_, wrapped) = unsafe { parts(file) };
    call!(wrapped, xDeviceCharacteristics(), else 0)
}

unsafe extern "C" fn shm_map(
    file: *mut sqlite3_file,
    page: c_int,
    page_size: c_int,
    extend: c_int,
    memory: *mut *mut c_void,
) -> c_int {
    // SAFETY: SQLite gives an open file.
    let (open, wrapped) = unsafe { parts(file) };
    if let Err(code) = open.shared.admit(Call::Shm, &open.handle) {
        return code;
    }
    if extend != 0 && open.shared.is_read_only() {
        return ffi::SQLITE_CANTOPEN;
    }
    call!(wrapped, xShmMap(page, page_size, extend, memory), else ffi::SQLITE_IOERR_SHMMAP)
}

unsafe extern "C" fn shm_lock(
    file: *mut sqlite3_file,
    offset: c_int,
    count: c_int,
    flags: c_int,
) -> c_int {
    // SAFETY: SQLite gives an open file.
    let (open, wrapped) = unsafe { parts(file) };
    if flags & ffi::SQLITE_SHM_LOCK != 0
        && let Err(code) = open.shared.admit(Call::Shm, &open.handle)
    {
        return code;
    }
    call!(wrapped, xShmLock(offset, count, flags), else ffi::SQLITE_IOERR_SHMLOCK)
}

unsafe extern "C" fn shm_barrier(file: *mut sqlite3_file) {
    // SAFETY: SQLite gives an open file.
    let (_, wrapped) = unsafe { parts(file) };
    call!(wrapped, xShmBarrier(), else ());
}

unsafe extern "C" fn shm_unmap(file: *mut sqlite3_file, delete: c_int) -> c_int {
    // SAFETY: SQLite gives an open file.
    let (open, wrapped) = unsafe { parts(file) };
    // A process that died does not tidy up behind itself.
    let delete = if open.shared.is_dead(&open.handle) { 0 } else { delete };
    call!(wrapped, xShmUnmap(delete), else ffi::SQLITE_OK)
}
