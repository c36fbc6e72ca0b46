//! A second log, for the suite's own test: it commits in groups, survives a restart within the
//! process, and takes several writers. Each [`Bug`] breaks it in one way.

mod bug;
mod disk;
mod engine;
mod log;

pub(crate) use bug::Bug;

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use es_core::fault::Fault;
use es_core::store::EventStore;
use es_core::testing::contract::{Harness, LogSetup};

use self::disk::Disk;
use self::log::GroupedLog;

/// Keeps the "disks" of the logs by name.
pub(crate) struct Grouped {
    bug: Bug,
    disks: Mutex<HashMap<String, Arc<Disk>>>,
}

impl Grouped {
    pub(crate) fn with(bug: Bug) -> Self {
        Self { bug, disks: Mutex::default() }
    }
}

#[async_trait::async_trait]
impl Harness for Grouped {
    async fn open(&self, setup: &LogSetup) -> Result<Arc<dyn EventStore>, Fault> {
        let mut disks = self.disks.lock().unwrap();
        let disk = match disks.get(&setup.name) {
            None => Arc::new(Disk::new(self.bug)),
            Some(disk) => {
                disk.start_again();
                Arc::clone(disk)
            }
        };
        disks.insert(setup.name.clone(), Arc::clone(&disk));
        Ok(Arc::new(GroupedLog::open(disk, setup)))
    }
}
