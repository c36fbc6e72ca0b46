//! Stores that change under a running processor.

use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};

use async_trait::async_trait;
use es_core::projection::{
    Preparation, ReadSide, ReadSideError, ReadSideTransaction, Snapshot, Token, TokenKey,
};
use tokio::sync::watch;

use super::logs::{LogAround, Parts};
use super::*;

/// A log whose file is exchanged while it is open.
pub type ExchangedLog = LogAround<Exchanged>;

pub struct Exchanged {
    current: Mutex<MemoryLog>,
    /// How often somebody looked at it.
    pub looks: watch::Sender<u64>,
}

impl ExchangedLog {
    pub fn new(log: MemoryLog) -> Self {
        Self(Exchanged { current: Mutex::new(log), looks: watch::Sender::default() })
    }

    pub fn exchange(&self, log: MemoryLog) {
        *self.current.lock().unwrap() = log;
    }
}

#[async_trait]
impl Parts for Exchanged {
    fn inner(&self) -> MemoryLog {
        self.looks.send_modify(|looks| *looks += 1);
        self.current.lock().unwrap().clone()
    }

    async fn close(&self) {}
}

/// A read side that panics when a batch begins, once it is told to.
#[derive(Default)]
pub struct PanickingReadSide {
    inner: MemoryReadSide,
    pub panics: AtomicBool,
}

#[async_trait]
impl ReadSide for PanickingReadSide {
    fn prepare(&self, version: &Preparation<'_>) -> Result<(), ReadSideError> {
        self.inner.prepare(version)
    }

    fn begin(&self, version: &str) -> Result<Box<dyn ReadSideTransaction>, ReadSideError> {
        assert!(!self.panics.load(Ordering::SeqCst), "the engine has a bug");
        self.inner.begin(version)
    }

    fn snapshot(&self, version: &str) -> Result<Snapshot, ReadSideError> {
        self.inner.snapshot(version)
    }

    fn token(&self, key: &TokenKey) -> Result<Option<Token>, ReadSideError> {
        self.inner.token(key)
    }

    fn remedy(&self) -> String {
        self.inner.remedy()
    }

    async fn close(&self) {}
}
