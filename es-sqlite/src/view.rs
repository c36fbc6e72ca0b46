//! The read side in SQLite files: views, and the tokens of the processors that write them.
//!
//! The file belongs to no backup: `synchronous=NORMAL` never tears it, and what a power cut takes
//! from its end is handled again, because views and token move in one transaction.

mod batch;
mod by_hand;
mod file;
mod table;
mod work;

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::sync::{Arc, PoisonError, RwLock};

use async_trait::async_trait;

use es_core::projection::{
    Preparation, ReadOnly, ReadSide, ReadSideError, ReadSideTransaction, Snapshot, Token, TokenKey,
};

use crate::config::SqliteConfig;
use crate::error::SqliteOpenError;
use crate::token;

pub use by_hand::SqliteTransaction;

use batch::SqliteBatch;
use file::ReadFile;
use work::Work;

/// A read side in a SQLite file, `orders.read.db` beside the log `orders.db`.
pub struct SqliteReadSide {
    config: SqliteConfig,
    main: Arc<ReadFile>,
    // Versions whose handlers write SQL by hand have a file each.
    own: RwLock<HashMap<String, Arc<ReadFile>>>,
}

impl SqliteReadSide {
    /// Opens the read side beside a log, and makes the file where it is missing.
    ///
    /// # Errors
    /// The file cannot be opened or written, or is something else; each says what to do.
    pub fn open(config: &SqliteConfig) -> Result<Self, SqliteOpenError> {
        let main = ReadFile::open(config.read_side_path(), config)?;
        Ok(Self { config: config.clone(), main: Arc::new(main), own: RwLock::default() })
    }

    /// The absolute path of the file.
    #[must_use]
    pub fn path(&self) -> &Path {
        self.main.path()
    }

    fn file(&self, version: &str) -> Arc<ReadFile> {
        let own = self.own.read().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(own.get(version).unwrap_or(&self.main))
    }

    fn prepared_file(&self, version: &Preparation<'_>) -> Result<Arc<ReadFile>, ReadSideError> {
        if !version.by_hand {
            return Ok(Arc::clone(&self.main));
        }
        let mut own = self.own.write().unwrap_or_else(PoisonError::into_inner);
        if let Some(file) = own.get(version.version) {
            return Ok(Arc::clone(file));
        }
        let file = ReadFile::open(own_path(self.path(), version.version), &self.config);
        let file =
            file.map_err(|error| ReadSideError::Unavailable { reason: error.to_string() })?;
        let file = Arc::new(file);
        own.insert(version.version.to_owned(), Arc::clone(&file));
        Ok(file)
    }
}

/// `orders.read.revenue@1-9f3c.db` beside `orders.read.db`.
fn own_path(main: &Path, version: &str) -> PathBuf {
    let is_plain = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_' | '@');
    let version: String = version.chars().map(|c| if is_plain(c) { c } else { '_' }).collect();
    main.with_extension(format!("{version}.db"))
}

/// The files of versions beside the main one, of earlier starts too.
fn own_files(main: &Path) -> Vec<PathBuf> {
    let stem = main.file_stem().unwrap_or_default().to_string_lossy();
    let is_own = |path: &PathBuf| {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let version = name.strip_prefix(&*stem).and_then(|rest| rest.strip_suffix(".db"));
        version.is_some_and(|version| version.starts_with('.'))
    };
    let beside = main.parent().map(std::fs::read_dir);
    let beside = beside.into_iter().flatten().flatten().flatten().map(|entry| entry.path());
    let mut own: Vec<_> = beside.filter(is_own).collect();
    own.sort();
    own
}

#[async_trait]
impl ReadSide for SqliteReadSide {
    fn prepare(&self, version: &Preparation<'_>) -> Result<(), ReadSideError> {
        let work = Work::begin(self.prepared_file(version)?)?;
        work.open()?;
        for schema in version.views {
            work.with(|connection| table::make(connection, version.version, schema))?;
        }
        work.commit()
    }

    fn begin(&self, version: &str) -> Result<Box<dyn ReadSideTransaction>, ReadSideError> {
        Ok(Box::new(SqliteBatch::new(version, Work::begin(self.file(version))?)))
    }

    fn snapshot(&self, version: &str) -> Result<Snapshot, ReadSideError> {
        let work = Rc::new(Work::snapshot(self.file(version))?);
        Ok(Snapshot { views: Rc::new(ReadOnly(Rc::clone(&work))), engine: work })
    }

    fn token(&self, key: &TokenKey) -> Result<Option<Token>, ReadSideError> {
        let work = Work::snapshot(self.file(&key.version))?;
        work.with(|connection| token::load(connection, key))
    }

    fn remedy(&self) -> String {
        let own = own_files(self.path()).into_iter();
        let files: Vec<_> = std::iter::once(self.path().to_owned())
            .chain(own)
            .map(|path| format!("`{}`", path.display()))
            .collect();
        format!(
            "delete {}: projections are built anew from the log, reactions begin behind its last \
             event",
            files.join(" and ")
        )
    }

    async fn close(&self) {
        let own: Vec<_> =
            self.own.read().unwrap_or_else(PoisonError::into_inner).values().cloned().collect();
        self.main.close().await;
        for file in own {
            file.close().await;
        }
    }
}
