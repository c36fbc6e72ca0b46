//! The contract of the log, on files.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    missing_docs
)]

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use async_trait::async_trait;
use es_core::fault::Fault;
use es_core::store::EventStore;
use es_core::testing::contract::{self, Harness, LogSetup};
use es_sqlite::{SqliteConfig, SqliteLog};

struct Files(PathBuf);

#[async_trait]
impl Harness for Files {
    async fn open(&self, setup: &LogSetup) -> Result<Arc<dyn EventStore>, Fault> {
        let path = self.0.join(&setup.name).join("orders.db");
        let mut config = SqliteConfig::new(path).clock(Arc::clone(&setup.clock));
        if let Some(places) = setup.places {
            config = config.queue(places);
        }
        Ok(Arc::new(SqliteLog::open(config)?))
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_log_in_a_file_keeps_the_contract() {
    let folder = tempfile::tempdir().unwrap();
    contract::log(Files(folder.path().to_owned())).await;
}

#[test]
fn what_was_acknowledged_survives_kill() {
    // Both processes have to find the same place, so it cannot be a random one.
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("killed");
    let is_first = std::env::var_os("ES_CONTRACT_KILLED").is_none();
    if is_first && folder.exists() {
        fs::remove_dir_all(&folder).unwrap();
    }
    contract::survives_kill(Files(folder), "what_was_acknowledged_survives_kill", 20);
}
