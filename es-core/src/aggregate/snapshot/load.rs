use std::ops::ControlFlow;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Instant;

use super::SnapshotPolicy;
use super::take::Taken;
use crate::aggregate::replay::{Folded, Until};
use crate::aggregate::upcast::leads_to;
use crate::aggregate::{Aggregate, AggregateId, LoadError, ReplayError};
use crate::event::{EventId, RecordedEvent, Sequence, StreamId};
use crate::future::panic_message;
use crate::store::{EventStore, Snapshot};

/// One load of an aggregate that has snapshots.
///
/// A load for commands takes a snapshot when it passed a threshold itself. It does so also when it
/// is dropped half-way: otherwise an aggregate that takes longer to load than its commands have
/// time would never be loaded.
pub(super) struct Load<'a, A: Aggregate> {
    policy: SnapshotPolicy<A>,
    store: &'a dyn EventStore,
    stream: &'a StreamId,
    until: Until,
    takes_snapshots: bool,
    began: Instant,
    folded: Folded<A>,
    progress: Progress,
}

/// What was folded event by event.
#[derive(Default)]
struct Progress {
    events: u64,
    last: Option<EventId>,
    has_trigger: bool,
}

/// A state from a snapshot, until its event has proved it.
struct Base<A> {
    state: A,
    sequence: Sequence,
    event: EventId,
}

impl<'a, A: Aggregate> Load<'a, A> {
    pub(super) fn new(
        policy: SnapshotPolicy<A>,
        store: &'a dyn EventStore,
        stream: &'a StreamId,
        until: Until,
        takes_snapshots: bool,
    ) -> Self {
        Self {
            policy,
            store,
            stream,
            until,
            takes_snapshots,
            began: Instant::now(),
            folded: Folded::default(),
            progress: Progress::default(),
        }
    }

    /// Folds the stream, from its snapshot on if there is one that can be used.
    pub(super) async fn run(mut self) -> Result<Folded<A>, LoadError> {
        if !self.resume().await {
            self.read(None).await?;
        }
        self.take_when_due();
        Ok(std::mem::take(&mut self.folded))
    }

    /// Folds from the snapshot on. Whatever is wrong with it is no error: the events tell more.
    async fn resume(&mut self) -> bool {
        let snapshot = match self.store.snapshot(self.stream).await {
            Ok(Some(snapshot)) => snapshot,
            Ok(None) => return false,
            Err(error) => return self.ignore(&error.to_string()),
        };
        if snapshot.schema != self.policy.schema() {
            // Expected after every deployment that changed the aggregate, of every snapshot.
            tracing::info!(stream = %self.stream, "the snapshot is of another shape or logic");
            return false;
        }
        if self.until.is_before(snapshot.sequence) {
            return false;
        }
        let base = match self.base(snapshot) {
            Ok(base) => base,
            Err(reason) => return self.ignore(&reason),
        };
        match self.read(Some(base)).await {
            Ok(()) if self.folded.version.is_some() => true,
            // A moment before the snapshot's event ends up here too, and is nothing to warn of.
            Ok(()) if self.until.is_end() => {
                self.ignore("its last event is not the stored one of that sequence")
            }
            Ok(()) => false,
            Err(error) => self.ignore(&error.to_string()),
        }
    }

    fn ignore(&self, reason: &str) -> bool {
        let stream = self.stream;
        tracing::warn!(%stream, reason, "a snapshot is ignored; the events are read instead");
        false
    }

    fn base(&self, snapshot: Snapshot) -> Result<Base<A>, String> {
        // The user's `Deserialize` runs here.
        let decoding = catch_unwind(AssertUnwindSafe(|| self.policy.decode(&snapshot.payload)));
        let state = decoding
            .map_err(|panic| format!("its `Deserialize` panicked: {}", panic_message(&*panic)))?
            .map_err(|error| error.to_string())?;
        if snapshot.stream != *self.stream || state.id().to_text() != self.stream.id() {
            return Err("it is of another aggregate".to_owned());
        }
        Ok(Base { state, sequence: snapshot.sequence, event: snapshot.event })
    }

    /// Folds from the first event on, or from the base if its event is the stored one. Nothing is
    /// folded if it is not.
    async fn read(&mut self, mut base: Option<Base<A>>) -> Result<(), LoadError> {
        let from = base.as_ref().map_or(Sequence(0), |base| base.sequence);
        let (store, stream) = (self.store, self.stream);
        let mut failed = None;
        let mut visit = |event: &RecordedEvent| {
            if !self.until.includes(event) {
                return ControlFlow::Break(());
            }
            if let Some(base) = base.take() {
                return self.begin(base, event);
            }
            match self.fold(event) {
                Ok(()) => ControlFlow::Continue(()),
                Err(error) => {
                    failed = Some(error);
                    ControlFlow::Break(())
                }
            }
        };
        let read = store.read_stream(stream, from, &mut visit).await;
        if failed.is_some() || read.is_err() {
            // A handler that failed may have left the state half changed.
            self.forget();
        }
        read?;
        failed.map_or(Ok(()), |error| Err(error.into()))
    }

    fn begin(&mut self, base: Base<A>, event: &RecordedEvent) -> ControlFlow<()> {
        if event.sequence() != Some(base.sequence) || event.id != base.event {
            return ControlFlow::Break(());
        }
        self.folded = Folded::resumed(base.state, base.sequence, event.recorded_at);
        ControlFlow::Continue(())
    }

    fn fold(&mut self, event: &RecordedEvent) -> Result<(), ReplayError> {
        self.folded.take(event)?;
        self.progress.events += 1;
        self.progress.last = Some(event.id);
        self.progress.has_trigger |= leads_to::<A>(event, |name| self.policy.is_due_by(name));
        Ok(())
    }

    fn forget(&mut self) {
        self.folded = Folded::default();
        self.progress = Progress::default();
    }

    fn take_when_due(&self) {
        let Progress { events, last, has_trigger } = self.progress;
        let (Some(event), Some(sequence)) = (last, self.folded.version) else { return };
        let is_due = has_trigger || self.policy.is_due_after_load(events, self.began.elapsed());
        let Some(state) = self.folded.slot.get() else { return };
        if !self.takes_snapshots || !is_due || self.folded.slot.is_deleted() {
            return;
        }
        let taken = Taken { stream: self.stream, sequence, event };
        if let Some(snapshot) = taken.of(&self.policy, state) {
            // What was read from the log is durable.
            self.store.keep_snapshot(snapshot);
        }
    }
}

impl<A: Aggregate> Drop for Load<'_, A> {
    fn drop(&mut self) {
        // After its end there is nothing left to take one of.
        self.take_when_due();
    }
}
