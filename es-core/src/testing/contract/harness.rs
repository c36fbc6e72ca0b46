use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;

use crate::event::{Clock, SystemClock};
use crate::fault::Fault;
use crate::store::EventStore;

/// Opens logs of one engine for the contract suite.
#[async_trait]
pub trait Harness: Send + Sync + 'static {
    /// Opens the log of a name.
    ///
    /// The first call with a name gives a new, empty log. Where the engine is durable, a further
    /// call after [`EventStore::close`] opens the same log again; where others can write, a call
    /// before it opens a second writer on the same log. Engines that can do neither are never
    /// asked for a name twice.
    ///
    /// # Errors
    /// Whatever goes wrong; the promise counts as broken.
    async fn open(&self, setup: &LogSetup) -> Result<Arc<dyn EventStore>, Fault>;
}

/// How the suite wants a log.
#[derive(Clone)]
pub struct LogSetup {
    /// Letters, digits and `-`; fits for a file or a schema.
    pub name: String,
    /// The clock that the log stamps its events with.
    pub clock: Arc<dyn Clock>,
    /// The number of places in its queue; the engine's own default if absent.
    pub places: Option<usize>,
}

impl LogSetup {
    pub(super) fn new(name: String) -> Self {
        Self { name, clock: Arc::new(SystemClock), places: None }
    }
}

impl fmt::Debug for LogSetup {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LogSetup").field("name", &self.name).field("places", &self.places).finish()
    }
}
