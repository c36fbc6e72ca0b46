//! The contract of the read side, on files.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

use std::sync::Arc;

use es_core::fault::Fault;
use es_core::projection::ReadSide;
use es_core::testing::contract::{ReadSideHarness, read_side};
use es_sqlite::{SqliteConfig, SqliteReadSide};
use tempfile::TempDir;

struct Files(TempDir);

impl ReadSideHarness for Files {
    fn open(&self, name: &str) -> Result<Arc<dyn ReadSide>, Fault> {
        let config = SqliteConfig::new(self.0.path().join(format!("{name}.db")));
        Ok(Arc::new(SqliteReadSide::open(&config)?))
    }

    fn is_durable(&self) -> bool {
        true
    }
}

#[tokio::test]
async fn the_read_side_in_a_file_keeps_the_contract() {
    read_side(Files(TempDir::new().unwrap())).await;
}
