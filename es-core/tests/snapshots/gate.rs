//! A writer that commits or fails batch after batch as it is told.

use std::sync::mpsc;

use es_core::store::group::{
    Accepted, CommitError, GroupEngine, GroupError, GroupLimits, Resolution, WriteError,
    write_groups,
};
use es_core::store::{Append, AppendError, AppendQueue, Committed, EventStore, MemoryLog};

/// What becomes of the next batches, in their order: true for committed.
#[derive(Clone)]
pub struct Gate(mpsc::Sender<bool>);

impl Gate {
    pub fn commit(&self, batches: usize) {
        (0..batches).for_each(|_| self.next(true));
    }

    pub fn fail(&self) {
        self.next(false);
    }

    pub fn next(&self, is_committed: bool) {
        // A writer that has ended writes nothing anyway.
        let _ = self.0.send(is_committed);
    }
}

/// The bug that the stories have to find.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Bug {
    None,
    /// Batches are called durable when they are written, before they are.
    TellsTooEarly,
}

pub fn gated(inner: &MemoryLog, bug: Bug) -> (AppendQueue, Gate) {
    let (open, gate) = mpsc::channel();
    let (queue, receiver) = AppendQueue::bounded(64);
    let mut engine = Engine { inner: inner.clone(), gate, bug };
    let limits = GroupLimits { batches: 1, ..GroupLimits::default() };
    std::thread::spawn(move || write_groups(&mut engine, receiver, limits));
    (queue, Gate(open))
}

struct Engine {
    inner: MemoryLog,
    gate: mpsc::Receiver<bool>,
    bug: Bug,
}

impl GroupEngine for Engine {
    fn begin(&mut self) -> Result<(), GroupError> {
        Ok(())
    }

    fn write(&mut self, batch: &Append) -> Result<Committed, WriteError> {
        if self.bug == Bug::TellsTooEarly {
            batch.fate.commit();
        }
        if !self.gate.recv().unwrap_or(false) {
            let reason = "the gate fell".to_owned();
            return Err(WriteError::Broken(GroupError::Unavailable { reason }));
        }
        let copy = Append {
            tenant: batch.tenant.clone(),
            events: batch.events.clone(),
            expectations: batch.expectations.clone(),
            command: batch.command.clone(),
            ..Append::default()
        };
        Ok(append_now(&self.inner, copy)?)
    }

    fn commit(&mut self) -> Result<(), CommitError> {
        Ok(())
    }

    fn undo(&mut self) {}

    fn resolve(&mut self, _group: &[Accepted]) -> Resolution {
        Resolution::Unknown
    }

    fn close(&mut self) {}
}

/// Appends to a log in memory from a thread without a runtime.
pub fn append_now(log: &MemoryLog, batch: Append) -> Result<Committed, AppendError> {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    runtime.block_on(async { log.reserve(None).await?.append(batch).await })
}
