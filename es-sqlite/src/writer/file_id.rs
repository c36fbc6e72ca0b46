use std::fs;
use std::path::Path;

/// Which file a path led to when it was opened.
///
/// SQLite goes on writing to a file that was deleted or replaced under it, and everything stored
/// from then on would vanish with the process. So the writer looks, before each group, and a reader
/// when it opens the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct FileId(Option<(u64, u64)>);

impl FileId {
    /// Looks at a path now.
    pub(crate) fn of(path: &Path) -> Self {
        Self(fs::metadata(path).ok().as_ref().and_then(numbers))
    }

    /// True if the path leads to another file now, or to none.
    pub(crate) fn has_changed(self, path: &Path) -> bool {
        // A file system of SQLite's own may have nothing at this path.
        self.0.is_some() && Self::of(path) != self
    }

    /// Refuses a path that leads to another file now, or to none.
    pub(super) fn check(self, path: &Path) -> Result<(), String> {
        if self.has_changed(path) { Err(Self::changed(path)) } else { Ok(()) }
    }

    /// What to tell where it has changed.
    pub(crate) fn changed(path: &Path) -> String {
        format!(
            "`{}` was deleted or replaced while it was open; put it back, or stop and start this \
             program",
            path.display()
        )
    }
}

#[cfg(unix)]
fn numbers(file: &fs::Metadata) -> Option<(u64, u64)> {
    use std::os::unix::fs::MetadataExt;
    Some((file.dev(), file.ino()))
}

/// Elsewhere an open file cannot be deleted.
#[cfg(not(unix))]
fn numbers(_file: &fs::Metadata) -> Option<(u64, u64)> {
    None
}
