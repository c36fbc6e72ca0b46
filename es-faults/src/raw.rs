use std::ffi::c_int;

/// The wrapped file, as the safe half of this crate sees it. Answers are SQLite result codes.
pub(crate) trait RawFile {
    /// Fills `buffer` from `offset` on; what lies behind the end of the file becomes zeros.
    fn read(&mut self, offset: u64, buffer: &mut [u8]) -> c_int;
    /// Writes all of `bytes` at `offset`.
    fn write(&mut self, offset: u64, bytes: &[u8]) -> c_int;
    /// Cuts the file off at `size`.
    fn truncate(&mut self, size: u64) -> c_int;
    /// Flushes the file.
    fn sync(&mut self, flags: c_int) -> c_int;
    /// The size of the file, or the code of the failure.
    fn size(&mut self) -> Result<u64, c_int>;
}
