use es_core::store::group::{
    Accepted, CommitError, GroupEngine, GroupError, GroupLimits, Resolution, WriteError,
    write_groups,
};
use es_core::store::{Append, AppendError, AppendQueue, Committed, EventStore, MemoryLog};

/// What happens before a batch is written to the log in memory.
pub trait Writer: Send + 'static {
    /// Waits until a batch may be looked at, or fails it.
    fn begin(&mut self) -> Result<(), GroupError> {
        Ok(())
    }

    /// Waits until a batch whose predecessors are stored may be written, or fails it.
    fn write(&mut self, _batch: &Append) -> Result<(), GroupError> {
        Ok(())
    }
}

/// The queue to a writer that writes batch after batch, on a thread of its own.
pub fn written_by(writer: impl Writer, inner: &MemoryLog, places: usize) -> AppendQueue {
    let (queue, receiver) = AppendQueue::bounded(places);
    let mut engine = Engine { inner: inner.clone(), writer };
    let limits = GroupLimits { batches: 1, ..GroupLimits::default() };
    std::thread::spawn(move || write_groups(&mut engine, receiver, limits));
    queue
}

/// Appends to a log in memory from a thread without a runtime.
pub fn append_now(log: &MemoryLog, batch: Append) -> Result<Committed, AppendError> {
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
    runtime.block_on(async { log.reserve(None).await?.append(batch).await })
}

struct Engine<W> {
    inner: MemoryLog,
    writer: W,
}

impl<W: Writer> GroupEngine for Engine<W> {
    fn begin(&mut self) -> Result<(), GroupError> {
        self.writer.begin()
    }

    fn write(&mut self, batch: &Append) -> Result<Committed, WriteError> {
        self.writer.write(batch).map_err(WriteError::Broken)?;
        let copy = Append {
            tenant: batch.tenant.clone(),
            events: batch.events.clone(),
            expectations: batch.expectations.clone(),
            conditions: batch.conditions.clone(),
            command: batch.command.clone(),
            unless_stored: batch.unless_stored,
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
