//! The log in memory is the specification, so it keeps every promise it can.

use std::sync::Arc;

use es_core::fault::Fault;
use es_core::store::{EventStore, MemoryLog};
use es_core::testing::contract::{self, Harness, LogSetup};

pub(crate) struct Memory;

#[async_trait::async_trait]
impl Harness for Memory {
    async fn open(&self, setup: &LogSetup) -> Result<Arc<dyn EventStore>, Fault> {
        let log = MemoryLog::with_clock(Arc::clone(&setup.clock));
        Ok(Arc::new(match setup.places {
            None => log,
            Some(places) => log.with_places(places),
        }))
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_log_in_memory_keeps_every_promise() {
    contract::log(Memory).await;
}
