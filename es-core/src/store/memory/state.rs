use std::borrow::Cow;
use std::mem::take;
use std::sync::Arc;

use foldhash::{HashMap, HashSet};
use smallvec::SmallVec;

use super::stored::Stored;
use crate::event::{
    CommandId, EventId, Partition, Position, RecordedEvent, Sequence, StreamId, Tenant, Timestamp,
};
use crate::store::{
    Append, AppendError, CommandWindow, CommitToken, Committed, Condition, Criteria,
    DEFAULT_PAYLOAD_LIMIT_BYTES, Filter, Marker, NewEvent, Page, RememberedCommand, Snapshot,
    StreamVersion, judge,
};

/// Everything the log knows; one lock is around it.
#[derive(Default)]
pub(super) struct State {
    /// All events; position 1 is at index 0.
    events: Vec<Arc<Stored>>,
    streams: HashMap<StreamId, Vec<Arc<Stored>>>,
    event_ids: HashSet<EventId>,
    // By number: a growing map then moves little.
    commands: HashMap<(Tenant, CommandId), usize>,
    remembered: Vec<Remembered>,
    window: CommandWindow,
    snapshots: HashMap<StreamId, Snapshot>,
    /// One allocation per name instead of one per event.
    names: HashSet<Arc<str>>,
}

struct Remembered {
    command: RememberedCommand,
    recorded_at: Timestamp,
}

impl State {
    /// Judges a batch and stores it whole, or refuses it and changes nothing.
    pub(super) fn append(
        &mut self,
        batch: &mut Append,
        now: Timestamp,
    ) -> Result<Committed, AppendError> {
        let now = self.not_before_the_last(now);
        judge::sizes(&batch.events, DEFAULT_PAYLOAD_LIMIT_BYTES)?;
        judge::predecessors(batch)?;
        refuse_deadlines(batch)?;
        // Before the expectations: a repetition usually breaks those too, and must not be told
        // that it conflicts with itself.
        self.refuse_known_command(batch, now)?;
        for expectation in &batch.expectations {
            judge::expectation(expectation, self.version(&expectation.stream))?;
        }
        for (index, condition) in batch.conditions.iter().enumerate() {
            self.check(&batch.tenant, index, condition)?;
        }
        self.take_event_ids(&batch.events)?;
        Ok(self.store(batch, now))
    }

    /// Time never runs backwards along the log, whatever the clock does.
    fn not_before_the_last(&self, now: Timestamp) -> Timestamp {
        self.events.last().map_or(now, |last| last.event.recorded_at.max(now))
    }

    fn refuse_known_command(&self, batch: &Append, now: Timestamp) -> Result<(), AppendError> {
        let Some(id) = batch.new_command_id() else {
            return Ok(());
        };
        match self.remembered(&batch.tenant, id, now) {
            None => Ok(()),
            Some(first) => Err(AppendError::CommandStored(Box::new(first.clone()))),
        }
    }

    fn check(
        &self,
        tenant: &Tenant,
        index: usize,
        condition: &Condition,
    ) -> Result<(), AppendError> {
        match self.matching(tenant, &condition.criteria, condition.after).next() {
            None => Ok(()),
            Some(stored) => {
                let position = stored.event.position;
                Err(AppendError::ConditionFailed { index, position })
            }
        }
    }

    /// Takes the ids of all events, or none of them.
    fn take_event_ids(&mut self, events: &[NewEvent]) -> Result<(), AppendError> {
        for (index, event) in events.iter().enumerate() {
            if !self.event_ids.insert(event.id) {
                for taken in events.iter().take(index) {
                    self.event_ids.remove(&taken.id);
                }
                return Err(AppendError::EventStored(event.id));
            }
        }
        Ok(())
    }

    fn store(&mut self, batch: &mut Append, now: Timestamp) -> Committed {
        let first = (!batch.events.is_empty()).then(|| self.head().next());
        let recorded_at = first.map(|_| now);
        let mut streams: SmallVec<[StreamId; 1]> = SmallVec::new();
        for event in &mut batch.events {
            if let Some(stream) = event.stream.as_ref().filter(|stream| !streams.contains(stream)) {
                streams.push(stream.clone());
            }
            self.push(event, &batch.tenant, now);
        }
        let token = match first {
            None => CommitToken::default(),
            Some(_) => CommitToken::new(Partition::default(), self.head(), streams),
        };
        if let Some(mut command) = batch.command.take() {
            command.token = token.clone();
            self.commands.insert((batch.tenant.clone(), command.id), self.remembered.len());
            self.remembered.push(Remembered { recorded_at: now, command });
        }
        Committed { token, first, recorded_at }
    }

    /// Takes an event out of its batch.
    fn push(&mut self, event: &mut NewEvent, tenant: &Tenant, recorded_at: Timestamp) {
        let position = self.head().next();
        let name = self.name(take(&mut event.name));
        let mut in_stream =
            event.stream.as_ref().map(|stream| self.streams.entry(stream.clone()).or_default());
        let sequence = in_stream.as_ref().map(|events| Sequence(events.len() as u64));
        let stored = Arc::new(Stored {
            tags: take(&mut event.tags),
            event: RecordedEvent {
                partition: Partition::default(),
                position,
                id: event.id,
                tenant: event.stream.as_ref().map_or(tenant, StreamId::tenant).clone(),
                stream: event.stream.take().zip(sequence),
                name,
                revision: event.revision,
                payload: take(&mut event.payload),
                metadata: take(&mut event.metadata),
                recorded_at,
            },
        });
        if let Some(events) = &mut in_stream {
            events.push(Arc::clone(&stored));
        }
        self.events.push(stored);
    }

    fn name(&mut self, name: Cow<'static, str>) -> Arc<str> {
        if let Some(name) = self.names.get(name.as_ref()) {
            return Arc::clone(name);
        }
        let name: Arc<str> = Arc::from(name);
        self.names.insert(Arc::clone(&name));
        name
    }

    /// The position of the last event.
    pub(super) fn head(&self) -> Position {
        Position(self.events.len() as u64)
    }

    fn version(&self, stream: &StreamId) -> StreamVersion {
        self.streams.get(stream)?.last()?.event.sequence()
    }

    /// Takes events of a stream, from one sequence to another, and gives the stream's version.
    pub(super) fn stream(
        &self,
        stream: &StreamId,
        from: Sequence,
        to: StreamVersion,
        limit: usize,
        chunk: &mut Vec<Arc<Stored>>,
    ) -> StreamVersion {
        let events = self.streams.get(stream)?;
        let end = to.map_or(events.len(), |to| index(to.next().0));
        let wanted = events.iter().take(end).skip(index(from.0)).take(limit);
        chunk.extend(wanted.cloned());
        events.last()?.event.sequence()
    }

    /// The events of a tenant that match, in order of position.
    pub(super) fn matching<'a>(
        &'a self,
        tenant: &'a Tenant,
        criteria: &'a Criteria,
        after: Marker,
    ) -> impl Iterator<Item = &'a Arc<Stored>> {
        self.events.iter().skip(index(after.0.0)).filter(move |stored| {
            stored.event.tenant == *tenant
                && criteria.matches(&stored.event.name, |tag| stored.has_tag(tag))
        })
    }

    /// One page of the log.
    pub(super) fn page(&self, after: Position, filter: &Filter, limit: usize) -> Page {
        let head = self.head();
        let wanted = self.events.iter().skip(index(after.0)).filter(|stored| {
            let event = &stored.event;
            filter.matches(&event.tenant, &event.name, |tag| stored.has_tag(tag))
        });
        let events: Vec<_> = wanted.take(limit).map(|stored| stored.event.clone()).collect();
        let up_to = match events.last() {
            _ if limit == 0 => after,
            Some(last) if events.len() == limit => last.position,
            _ => head.max(after),
        };
        Page { events, up_to, head }
    }

    /// The first position recorded at a moment or later.
    pub(super) fn position_at(&self, moment: Timestamp) -> Option<Position> {
        let before = self.events.partition_point(|stored| stored.event.recorded_at < moment);
        self.events.get(before).map(|stored| stored.event.position)
    }

    /// The first answer to a command, while it is remembered.
    pub(super) fn remembered(
        &self,
        tenant: &Tenant,
        id: CommandId,
        now: Timestamp,
    ) -> Option<&RememberedCommand> {
        let remembered = self.remembered.get(*self.commands.get(&(tenant.clone(), id))?)?;
        let command = &remembered.command;
        let end = self.window.ends(remembered.recorded_at, command.from_outside);
        (self.not_before_the_last(now) < end).then_some(command)
    }

    pub(super) fn keep_snapshot(&mut self, snapshot: Snapshot) {
        self.snapshots.insert(snapshot.stream.clone(), snapshot);
    }

    pub(super) fn snapshot(&self, stream: &StreamId) -> Option<&Snapshot> {
        self.snapshots.get(stream)
    }

    pub(super) fn set_window(&mut self, window: CommandWindow) {
        self.window = window;
    }
}

fn refuse_deadlines(batch: &Append) -> Result<(), AppendError> {
    if batch.deadlines.is_empty() {
        return Ok(());
    }
    Err(AppendError::Unsupported {
        what: "deadlines of aggregates",
        remedy: "use an engine with the capability `deadlines`",
    })
}

/// An index into a vector; a number too large for one is beyond every vector's end.
fn index(number: u64) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}
