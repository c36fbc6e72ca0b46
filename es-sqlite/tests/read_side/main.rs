//! Stories of the read side in a file: what survives, what is refused, and what to do then.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs, unreachable_pub)]

mod by_hand;
mod deleted_logs;
mod disks;
mod domain;
mod files;
mod killed;
mod processes;
mod restarts;

use std::path::{Path, PathBuf};
use std::time::Duration;

use es_core::app::StartError;
use es_core::prelude::*;
use es_core::store::CommitToken;
use es_sqlite as _;
use tempfile::TempDir;

use domain::{Count, Ledger, Tally, TallyOf, TallySheet};

/// Long enough for a busy machine; nothing waits so long unless it is broken.
pub const LONG: Duration = Duration::from_secs(60);

/// A folder with the files of one application.
pub(crate) struct World {
    folder: TempDir,
}

impl World {
    pub(crate) fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap() }
    }

    pub fn path(&self, file: &str) -> PathBuf {
        self.folder.path().join(file)
    }

    pub async fn start(&self) -> App {
        try_start(&self.path("orders.db")).await.unwrap()
    }

    pub async fn refused(&self) -> String {
        try_start(&self.path("orders.db")).await.err().expect("it should not start").to_string()
    }
}

pub async fn try_start(log: &Path) -> Result<App, StartError> {
    let url = format!("sqlite:{}", log.display());
    App::builder().store(url).only::<(TallySheet, Tally, Ledger)>().start().await
}

pub async fn count(app: &App, sheet: &str, by: u64) -> CommitToken {
    let command = Count { sheet: sheet.to_owned(), by };
    app.commands().send_tracked(command).await.unwrap().token
}

/// What the view says once it has caught up.
pub async fn tally(app: &App, sheet: &str, token: &CommitToken) -> Option<Tally> {
    app.projection::<Tally>().caught_up(token, LONG).await.unwrap();
    app.queries().query(TallyOf { sheet: sheet.to_owned() }).await.unwrap()
}
