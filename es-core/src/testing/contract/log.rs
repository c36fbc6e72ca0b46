use std::future::Future;
use std::ops::{ControlFlow, Deref};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use crate::event::{
    Clock, CommandId, Partition, Position, RecordedEvent, Sequence, StreamId, Tenant,
};
use crate::store::{
    Append, AppendError, Appended, Capabilities, Committed, Criteria, EventStore, Filter, Marker,
    Page, Permit, RememberedCommand, StreamVersion, Visit,
};

use super::check::{Unkept, Verdict};
use super::{Harness, LogSetup};

/// Opens the logs of the promises.
pub(super) struct World {
    harness: Arc<dyn Harness>,
    capabilities: Capabilities,
    logs: AtomicU32,
}

impl World {
    pub(super) async fn new(harness: Arc<dyn Harness>) -> Verdict<Self> {
        let first = Log::open(&*harness, LogSetup::new("contract-0".to_owned())).await?;
        let capabilities = first.capabilities();
        first.close().await;
        Ok(Self { harness, capabilities, logs: AtomicU32::new(1) })
    }

    /// Ends the promise if the engine does not claim a capability.
    pub(super) fn needs(
        &self,
        claim: impl FnOnce(&Capabilities) -> bool,
        otherwise: &'static str,
    ) -> Verdict {
        if claim(&self.capabilities) { Ok(()) } else { Err(Unkept::NotApplicable(otherwise)) }
    }

    pub(super) fn needs_several_streams(&self) -> Verdict {
        self.needs(|can| can.multi_stream_appends, "one stream per batch")
    }

    pub(super) fn needs_conditions(&self) -> Verdict {
        self.needs(|can| can.tag_conditions, "no tag conditions")
    }

    pub(super) fn needs_command_memory(&self) -> Verdict {
        self.needs(|can| can.command_memory, "no command memory")
    }

    pub(super) fn needs_snapshots(&self) -> Verdict {
        self.needs(|can| can.snapshots, "no snapshots")
    }

    pub(super) fn needs_durability(&self) -> Verdict {
        self.needs(|can| can.durable, "not durable")
    }

    pub(super) fn needs_foreign_writers(&self) -> Verdict {
        self.needs(|can| can.foreign_writers, "nobody else can write")
    }

    pub(super) fn capabilities(&self) -> &Capabilities {
        &self.capabilities
    }

    /// A new log.
    pub(super) async fn log(&self) -> Verdict<Log> {
        self.open(self.setup()).await
    }

    /// A new log on a clock.
    pub(super) async fn log_on(&self, clock: Arc<dyn Clock>) -> Verdict<Log> {
        self.open(LogSetup { clock, ..self.setup() }).await
    }

    /// A new log with a number of places in its queue.
    pub(super) async fn log_with_places(&self, places: usize) -> Verdict<Log> {
        self.open(LogSetup { places: Some(places), ..self.setup() }).await
    }

    /// The same log once more: after its end, or as a second writer beside it.
    pub(super) async fn again(&self, log: &Log) -> Verdict<Log> {
        self.open(log.setup.clone()).await
    }

    /// The same log after its end, on another clock.
    pub(super) async fn again_on(&self, log: &Log, clock: Arc<dyn Clock>) -> Verdict<Log> {
        self.open(LogSetup { clock, ..log.setup.clone() }).await
    }

    fn setup(&self) -> LogSetup {
        LogSetup::new(format!("contract-{}", self.logs.fetch_add(1, Ordering::Relaxed)))
    }

    async fn open(&self, setup: LogSetup) -> Verdict<Log> {
        Log::open(&*self.harness, setup).await
    }
}

/// A log under test. Clones are the same log.
#[derive(Clone)]
pub(super) struct Log {
    store: Arc<dyn EventStore>,
    setup: LogSetup,
}

impl Deref for Log {
    type Target = dyn EventStore;

    fn deref(&self) -> &Self::Target {
        &*self.store
    }
}

impl Log {
    pub(super) async fn open(harness: &dyn Harness, setup: LogSetup) -> Verdict<Self> {
        let opened = harness.open(&setup).await;
        let broken = |fault| Unkept::broken(format!("expected a log, but: {fault}"));
        Ok(Self { store: opened.map_err(broken)?, setup })
    }

    /// Takes a place.
    pub(super) async fn place(&self) -> Verdict<Permit> {
        Ok(self.store.reserve(None).await?)
    }

    /// Appends a batch and gives what the log answers.
    pub(super) async fn append(&self, batch: Append) -> Result<Committed, AppendError> {
        self.store.reserve(None).await?.append(batch).await
    }

    /// Hands batches over one after another before any answer can be there, and gives the answers.
    pub(super) async fn append_together(
        &self,
        batches: Vec<Append>,
    ) -> Verdict<Vec<Result<Committed, AppendError>>> {
        let mut places = Vec::new();
        for _ in &batches {
            places.push(self.place().await?);
        }
        let appended: Vec<Appended> =
            places.into_iter().zip(batches).map(|(place, batch)| place.append(batch)).collect();
        let mut answers = Vec::new();
        for answer in appended {
            answers.push(answer.await);
        }
        Ok(answers)
    }

    /// Expects a batch to be refused for a reason, and gives the reason.
    pub(super) async fn refused(
        &self,
        batch: Append,
        expected: &str,
        is_expected: impl FnOnce(&AppendError) -> bool,
    ) -> Verdict<AppendError> {
        refused(self.append(batch).await, expected, is_expected)
    }

    /// The whole stream.
    pub(super) async fn stream(&self, stream: &StreamId) -> Verdict<Vec<RecordedEvent>> {
        Ok(self.stream_from(stream, Sequence(0)).await?.0)
    }

    /// The stream from a sequence on, and its version.
    pub(super) async fn stream_from(
        &self,
        stream: &StreamId,
        from: Sequence,
    ) -> Verdict<(Vec<RecordedEvent>, StreamVersion)> {
        let mut events = Vec::new();
        let mut visit = |event: &RecordedEvent| {
            events.push(event.clone());
            ControlFlow::Continue(())
        };
        let version = self.store.read_stream(stream, from, &mut visit).await?;
        Ok((events, version))
    }

    pub(super) async fn version(&self, stream: &StreamId) -> Verdict<StreamVersion> {
        Ok(self.stream_from(stream, Sequence(0)).await?.1)
    }

    /// Events by criteria, and the marker.
    pub(super) async fn source(
        &self,
        criteria: &Criteria,
        after: Marker,
    ) -> Verdict<(Vec<RecordedEvent>, Marker)> {
        self.source_of(&Tenant::default(), criteria, after).await
    }

    /// [`EventStore::source`] as it is, hidden by [`Log::source`].
    pub(super) async fn visit_source(
        &self,
        tenant: &Tenant,
        criteria: &Criteria,
        after: Marker,
        visit: &mut Visit<'_>,
    ) -> Verdict<Marker> {
        Ok(self.store.source(tenant, criteria, after, visit).await?)
    }

    pub(super) async fn source_of(
        &self,
        tenant: &Tenant,
        criteria: &Criteria,
        after: Marker,
    ) -> Verdict<(Vec<RecordedEvent>, Marker)> {
        let mut events = Vec::new();
        let mut visit = |event: &RecordedEvent| {
            events.push(event.clone());
            ControlFlow::Continue(())
        };
        let marker = self.store.source(tenant, criteria, after, &mut visit).await?;
        Ok((events, marker))
    }

    /// A page of partition 0.
    pub(super) async fn page(
        &self,
        after: Position,
        filter: &Filter,
        limit: usize,
    ) -> Verdict<Page> {
        Ok(self.store.read(Partition(0), after, filter, limit).await?)
    }

    /// Everything in partition 0 that passes a filter, in pages.
    pub(super) async fn filtered(
        &self,
        filter: &Filter,
        limit: usize,
    ) -> Verdict<Vec<RecordedEvent>> {
        let mut events = Vec::new();
        let mut after = Position(0);
        loop {
            let page = self.page(after, filter, limit).await?;
            events.extend(page.events);
            if page.up_to >= page.head {
                return Ok(events);
            }
            if page.up_to <= after {
                let what =
                    format!("a page after {after} with the head at {} ended there", page.head);
                return Err(Unkept::broken(format!("expected pages to move on, but {what}")));
            }
            after = page.up_to;
        }
    }

    /// Everything in partition 0.
    pub(super) async fn all(&self) -> Verdict<Vec<RecordedEvent>> {
        self.filtered(&Filter::all(), 1000).await
    }

    pub(super) async fn head_position(&self) -> Verdict<Position> {
        Ok(self.store.head(Partition(0)).await?)
    }

    /// What the log remembers of a command of the empty tenant.
    pub(super) async fn memory(&self, id: CommandId) -> Verdict<Option<RememberedCommand>> {
        Ok(self.store.remembered(&Tenant::default(), id).await?)
    }
}

/// Expects a refusal for a reason.
pub(super) fn refused(
    answer: Result<Committed, AppendError>,
    expected: &str,
    is_expected: impl FnOnce(&AppendError) -> bool,
) -> Verdict<AppendError> {
    match answer {
        Err(error) if is_expected(&error) => Ok(error),
        Err(error) => Err(Unkept::broken(format!("expected {expected}, saw {error:?}"))),
        Ok(stored) => {
            Err(Unkept::broken(format!("expected {expected}, but it was stored: {stored:?}")))
        }
    }
}

/// Runs tasks at the same time and gives what they gave, in their order.
pub(super) async fn at_once<T, F>(tasks: impl IntoIterator<Item = F>) -> Verdict<Vec<T>>
where
    T: Send + 'static,
    F: Future<Output = T> + Send + 'static,
{
    let tasks: Vec<_> = tasks.into_iter().map(tokio::spawn).collect();
    let mut results = Vec::new();
    for task in tasks {
        results.push(task.await?);
    }
    Ok(results)
}
