//! Where a store is.

use std::path::{Path, PathBuf};

use es_core::registry::{EngineEntry, OpenError};
use es_sqlite::SqliteConfig;

use super::{Failure, output::note};

/// The place of a store, before it is opened.
pub(super) struct Place {
    url: String,
    /// The file of its log, where it is one.
    file: Option<PathBuf>,
    /// The file of its read side, beside that of its log.
    read_side: Option<PathBuf>,
}

impl Place {
    pub(super) fn of(url: &str) -> Result<Self, Failure> {
        let wrong = |error| match error {
            // Its own sentence is for whoever writes the program.
            OpenError::NoEngine { scheme, linked } => Failure::Usage(format!(
                "`{scheme}:` is no store that this program knows, it knows {linked}; write for \
                 example --store sqlite:data/orders.db"
            )),
            error => Failure::Usage(error.to_string()),
        };
        if url.starts_with("memory:") || url.starts_with("sqlite::memory:") {
            let text = format!(
                "`{url}` would forget everything when the program ends; name a file, for example \
                 --store sqlite:data/orders.db"
            );
            return Err(Failure::Usage(text));
        }
        let (engine, parsed) = EngineEntry::find(url).map_err(wrong)?;
        let file = match engine.scheme {
            "sqlite" => Some(SqliteConfig::from_url(&parsed).map_err(wrong)?),
            // Another engine, which may keep its log elsewhere than in a file.
            _ => None,
        };
        let read_side = file.as_ref().map(SqliteConfig::read_side_path);
        let file = file.map(|config| config.path().to_owned());
        Ok(Self { url: url.to_owned(), file, read_side })
    }

    pub(super) fn url(&self) -> &str {
        &self.url
    }

    /// Refuses a store that is not there: opened, it would be there and be empty, and whoever
    /// mistyped its name would look for what is lost.
    pub(super) fn must_exist(&self) -> Result<(), Failure> {
        match &self.file {
            Some(file) if is_new(file) => Err(Failure::Fault(format!(
                "there is no store at `{}`{}; check --store, or begin one with `order place` or \
                 `order import`",
                file.display(),
                if file.exists() { ", the file is empty" } else { "" }
            ))),
            _ => Ok(()),
        }
    }

    /// Refuses a read side whose log is gone: what is made anew would not belong to it.
    pub(super) fn must_be_whole(&self) -> Result<(), Failure> {
        let (Some(file), Some(read_side)) = (&self.file, &self.read_side) else { return Ok(()) };
        // In this order: another program may be making both just now, and it begins with the log.
        if is_new(read_side) || !is_new(file) {
            return Ok(());
        }
        Err(Failure::Fault(format!(
            "the log `{}` is gone, and its read side `{}` is still there; restore the log with its \
             `-wal` file from a backup, or delete the read side to begin a new store",
            file.display(),
            read_side.display()
        )))
    }

    /// Opens the store, and says where it is, without the options in its URL, and whether that is a
    /// new one: whoever mistyped its name, or is in another folder, sees it there.
    pub(super) async fn tell_of<T>(
        &self,
        opening: impl Future<Output = Result<T, Failure>>,
    ) -> Result<T, Failure> {
        match &self.file {
            Some(file) if is_new(file) => {
                let opened = opening.await?;
                note(&format!("new store made at {}", file.display()));
                return Ok(opened);
            }
            Some(file) => note(&format!("store {}", file.display())),
            None => note(&format!("store {}", self.url)),
        }
        opening.await
    }
}

/// Whether there is nothing yet. A file without a byte is no store either, unless everything still
/// stands in the write-ahead log beside it.
fn is_new(file: &Path) -> bool {
    let is_without =
        |path: &Path| path.metadata().map_or(true, |found| found.is_file() && found.len() == 0);
    let mut ahead = file.as_os_str().to_owned();
    ahead.push("-wal");
    is_without(file) && is_without(Path::new(&ahead))
}
