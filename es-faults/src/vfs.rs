//! The table of functions SQLite calls for a file system.
//!
//! The table is a copy of the wrapped one, so whatever is not overridden here (time, randomness,
//! full path names …) goes to the wrapped functions and finds the wrapped `pAppData`.

use std::ffi::{CStr, CString, c_char, c_int};
use std::mem::size_of;
use std::ptr;

use rusqlite::ffi;

use crate::disk::RegisterError;
use crate::file::FaultyFile;
use crate::state::Shared;

/// Our table, followed by what our functions need. SQLite only sees the table.
#[repr(C)]
struct FaultyVfs {
    table: ffi::sqlite3_vfs,
    wrapped: *mut ffi::sqlite3_vfs,
    shared: &'static Shared,
}

/// Registers a file system that wraps the default one.
pub(crate) fn register(name: &str, shared: &'static Shared) -> Result<(), RegisterError> {
    let c_name = CString::new(name).map_err(|_| RegisterError::InvalidName(name.to_owned()))?;
    // SAFETY: a null name asks for the default file system, and `c_name` ends with a zero byte.
    let (wrapped, taken) =
        unsafe { (ffi::sqlite3_vfs_find(ptr::null()), ffi::sqlite3_vfs_find(c_name.as_ptr())) };
    if !taken.is_null() {
        return Err(RegisterError::NameTaken(name.to_owned()));
    }
    if wrapped.is_null() {
        return Err(RegisterError::Refused { name: name.to_owned(), code: ffi::SQLITE_NOTFOUND });
    }
    // SAFETY: `wrapped` is the default file system, which SQLite never frees; the table is plain
    // data, and its pointers stay valid as long as the original's do.
    let mut table = unsafe { ptr::read(wrapped) };
    let header = c_int::try_from(size_of::<FaultyFile>()).unwrap_or(c_int::MAX);
    table.szOsFile += header;
    table.pNext = ptr::null_mut();
    table.zName = c_name.into_raw();
    table.xOpen = Some(open);
    table.xDelete = Some(delete);
    let faulty = Box::leak(Box::new(FaultyVfs { table, wrapped, shared }));
    // SAFETY: the table is leaked, so it outlives every use; SQLite links it into its list
    // through `pNext`, which nobody else touches. The pointer is derived from the whole
    // `FaultyVfs`, so the functions below may read behind the table.
    let code = unsafe { ffi::sqlite3_vfs_register(ptr::from_mut(faulty).cast(), 0) };
    if code == ffi::SQLITE_OK {
        Ok(())
    } else {
        Err(RegisterError::Refused { name: name.to_owned(), code })
    }
}

/// # Safety
/// `vfs` is the pointer [`register`] gave to SQLite.
unsafe fn parts(vfs: *mut ffi::sqlite3_vfs) -> (*mut ffi::sqlite3_vfs, &'static Shared) {
    let faulty = vfs.cast::<FaultyVfs>();
    // SAFETY: the caller's pointer leads to a leaked `FaultyVfs`, whose two fields read here
    // never change.
    unsafe { ((*faulty).wrapped, (*faulty).shared) }
}

/// # Safety
/// `name` is null or a string that ends with a zero byte, as SQLite gives it.
unsafe fn path_text(name: *const c_char) -> Option<String> {
    if name.is_null() {
        return None;
    }
    // SAFETY: not null, and ends with a zero byte by the caller's promise.
    let text = unsafe { CStr::from_ptr(name) };
    Some(text.to_string_lossy().into_owned())
}

/// `xOpen`: SQLite calls it with `file` pointing to `szOsFile` bytes.
unsafe extern "C" fn open(
    vfs: *mut ffi::sqlite3_vfs,
    name: ffi::sqlite3_filename,
    file: *mut ffi::sqlite3_file,
    flags: c_int,
    out_flags: *mut c_int,
) -> c_int {
    // SAFETY: SQLite calls us with the pointer we registered and a valid or null name.
    let ((wrapped, shared), path) = unsafe { (parts(vfs), path_text(name)) };
    // SAFETY: `file` points to `szOsFile` bytes, which begin with room for our header. A null
    // method table tells SQLite not to close a file whose opening failed.
    unsafe { (*file).pMethods = ptr::null() };
    let flags = match shared.admit_open(path.as_deref(), flags) {
        Ok(flags) => flags,
        Err(code) => return code,
    };
    // SAFETY: `wrapped` is a registered file system, whose `xOpen` SQLite requires to be there.
    let Some(wrapped_open) = (unsafe { (*wrapped).xOpen }) else {
        return ffi::SQLITE_CANTOPEN;
    };
    // SAFETY: behind our header lie as many bytes as the wrapped file system asks for.
    let inner = unsafe { FaultyFile::inner(file) };
    // SAFETY: `inner` is ours to fill; the other arguments are handed through unchanged.
    let code = unsafe { wrapped_open(wrapped, name, inner, flags, out_flags) };
    if code != ffi::SQLITE_OK {
        // SAFETY: the wrapped `xOpen` has set the method table, as SQLite demands of it.
        unsafe { FaultyFile::close_inner(inner) };
        return code;
    }
    // SAFETY: `inner` is open, and the header in front of it is unused.
    unsafe { FaultyFile::begin(file, shared, path) };
    ffi::SQLITE_OK
}

/// `xDelete`.
unsafe extern "C" fn delete(
    vfs: *mut ffi::sqlite3_vfs,
    name: *const c_char,
    sync_folder: c_int,
) -> c_int {
    // SAFETY: SQLite calls us with the pointer we registered and a valid name.
    let ((wrapped, shared), path) = unsafe { (parts(vfs), path_text(name)) };
    let path = path.unwrap_or_default();
    if let Err(code) = shared.admit_delete(&path) {
        return code;
    }
    // SAFETY: as in `open`.
    let Some(wrapped_delete) = (unsafe { (*wrapped).xDelete }) else {
        return ffi::SQLITE_IOERR_DELETE;
    };
    // SAFETY: the arguments are handed through unchanged to the file system they are for.
    let code = unsafe { wrapped_delete(wrapped, name, sync_folder) };
    if code == ffi::SQLITE_OK {
        shared.deleted(&path);
    }
    code
}
