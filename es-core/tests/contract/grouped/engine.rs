use std::sync::Arc;

use es_core::event::{Clock, Partition, Position, RecordedEvent, Sequence, StreamId, Timestamp};
use es_core::store::group::{
    Accepted, CommitError, GroupEngine, GroupError, Resolution, WriteError,
};
use es_core::store::{
    Append, AppendError, CommandWindow, CommitToken, Committed, Expectation, NewEvent, judge,
};
use tokio::sync::OwnedMutexGuard;

use super::Bug;
use super::disk::{Disk, Row, Rows};

pub(super) const LIMIT_BYTES: usize = 64 * 1024;

/// The writer's side: works on a copy of the rows and puts it in their place at the commit.
pub(super) struct Engine {
    pub(super) disk: Arc<Disk>,
    pub(super) clock: Arc<dyn Clock>,
    /// The rows as they are with the accepted part of the group.
    rows: Rows,
    /// The rows as they were before the group.
    before: Rows,
    transaction: Option<OwnedMutexGuard<()>>,
    lost_numbers: u64,
}

impl Engine {
    pub(super) fn new(disk: Arc<Disk>, clock: Arc<dyn Clock>) -> Self {
        let (rows, before) = (Rows::default(), Rows::default());
        Self { disk, clock, rows, before, transaction: None, lost_numbers: 0 }
    }

    fn has(&self, bug: Bug) -> bool {
        self.disk.bug == bug
    }

    fn judge(&self, batch: &Append, now: Timestamp) -> Result<(), AppendError> {
        if !self.has(Bug::IgnoresLimits) {
            judge::sizes(&batch.events, LIMIT_BYTES)?;
        }
        if !batch.deadlines.is_empty() {
            return Err(AppendError::Unsupported { what: "deadlines", remedy: "have none" });
        }
        let id = match self.has(Bug::LooksForTheIdOnlyWhereItIsToBeRemembered) {
            true => batch.command.as_ref().map(|command| command.id),
            false => batch.new_command_id(),
        };
        if let Some(first) = id.and_then(|id| self.rows.commands.get(&(batch.tenant.clone(), id))) {
            let end = CommandWindow::default().ends(first.1, first.0.from_outside);
            if now < end || self.has(Bug::NeverForgetsACommand) {
                let mut first = first.0.clone();
                if let Some(command) = &batch.command
                    && self.has(Bug::TellsARepetitionItsOwnName)
                {
                    first.name = command.name.clone();
                }
                return Err(AppendError::CommandStored(Box::new(first)));
            }
        }
        self.judge_expectations(batch)?;
        self.judge_conditions(batch)
    }

    fn judge_expectations(&self, batch: &Append) -> Result<(), AppendError> {
        let rows = match self.has(Bug::JudgesExpectationsAgainstTheDatabaseOnly) {
            true => &self.before,
            false => &self.rows,
        };
        let is_written = |expectation: &Expectation| {
            batch.events.iter().any(|event| event.stream.as_ref() == Some(&expectation.stream))
        };
        for expectation in &batch.expectations {
            let is_passed_over = self.has(Bug::IgnoresExpectations)
                || (self.has(Bug::ChecksOnlyStreamsThatAreWritten) && !is_written(expectation));
            if !is_passed_over {
                judge::expectation(expectation, self.disk.version(rows, &expectation.stream))?;
            }
        }
        Ok(())
    }

    fn judge_conditions(&self, batch: &Append) -> Result<(), AppendError> {
        let rows = match self.has(Bug::JudgesConditionsAgainstTheDatabaseOnly) {
            true => &self.before,
            false => &self.rows,
        };
        let judged = if self.has(Bug::JudgesOnlyTheFirstCondition) { 1 } else { usize::MAX };
        for (index, condition) in batch.conditions.iter().enumerate().take(judged) {
            let broken = rows.events.iter().find(|row| {
                row.event.position > condition.after.0
                    && self.disk.is_of(&batch.tenant, row)
                    && condition
                        .criteria
                        .matches(&row.event.name, |tag| row.has(tag, self.disk.bug))
            });
            if let Some(row) = broken {
                return Err(AppendError::ConditionFailed { index, position: row.event.position });
            }
        }
        Ok(())
    }

    fn store(&mut self, batch: &Append, now: Timestamp) -> Result<Committed, AppendError> {
        let mut events: Vec<&NewEvent> = batch.events.iter().collect();
        if self.has(Bug::SortsABatchByStream) {
            events.sort_by(|a, b| a.stream.cmp(&b.stream));
        }
        let mut first = None;
        let mut streams: Vec<StreamId> = Vec::new();
        for event in events {
            let is_taken = self.rows.events.iter().any(|row| row.event.id == event.id);
            if is_taken && !self.has(Bug::TakesAnEventIdTwice) {
                return Err(AppendError::EventStored(event.id));
            }
            let position = self.push(event, batch, now);
            first.get_or_insert(position);
            if let Some(stream) = event.stream.as_ref().filter(|s| !streams.contains(s)) {
                streams.push(stream.clone());
            }
        }
        let token = match first {
            None => CommitToken::default(),
            Some(_) => CommitToken::new(Partition(0), self.rows.head(), streams),
        };
        if let Some(command) = batch.command.clone().filter(|_| !self.has(Bug::ForgetsCommands)) {
            let key = (batch.tenant.clone(), command.id);
            let command = es_core::store::RememberedCommand { token: token.clone(), ..command };
            self.rows.commands.insert(key, (command, now));
        }
        Ok(Committed { token, first, recorded_at: first.map(|_| now) })
    }

    fn push(&mut self, event: &NewEvent, batch: &Append, now: Timestamp) -> Position {
        let position = Position(self.rows.head().0 + 1 + std::mem::take(&mut self.lost_numbers));
        let stream = event.stream.clone().map(|stream| {
            let version = self.disk.version(&self.rows, &stream);
            (stream, version.map_or(Sequence(0), Sequence::next))
        });
        let tags = if self.has(Bug::SwallowsTags) { Vec::new() } else { event.all_tags() };
        let tenant = event.tenant().unwrap_or(&batch.tenant).clone();
        let event = RecordedEvent {
            partition: Partition(0),
            position,
            id: event.id,
            tenant,
            stream,
            name: Arc::from(&*event.name),
            revision: event.revision,
            payload: event.payload.clone(),
            metadata: event.metadata.clone(),
            recorded_at: now,
        };
        self.rows.events.push(Arc::new(Row { event, tags }));
        position
    }

    fn now(&self) -> Timestamp {
        let last = self.rows.events.last().map(|row| row.event.recorded_at);
        match last {
            Some(last) if !self.has(Bug::TrustsTheClock) => last.max(self.clock.now()),
            _ => self.clock.now(),
        }
    }
}

impl GroupEngine for Engine {
    fn begin(&mut self) -> Result<(), GroupError> {
        self.transaction = Some(Arc::clone(&self.disk.lock).blocking_lock_owned());
        let is_fresh = self.rows.events.is_empty();
        if is_fresh || !self.has(Bug::TrustsItsCache) {
            self.rows = self.disk.rows.read().unwrap().clone();
        }
        self.before = self.rows.clone();
        Ok(())
    }

    fn write(&mut self, batch: &Append) -> Result<Committed, WriteError> {
        let now = self.now();
        let count = self.rows.events.len();
        let written = self.judge(batch, now).and_then(|()| self.store(batch, now));
        if written.is_err() {
            match self.disk.bug {
                Bug::LeavesHalfOfARefusedBatch => {}
                Bug::LosesTheGroupOfARefusedBatch => self.rows = self.before.clone(),
                Bug::UsesUpNumbersOfRefusedBatches => {
                    self.rows.events.truncate(count);
                    self.lost_numbers += batch.events.len() as u64;
                }
                _ => self.rows.events.truncate(count),
            }
        }
        Ok(written?)
    }

    fn commit(&mut self) -> Result<(), CommitError> {
        self.rows.flushed = self.before.events.len();
        let head = self.rows.head();
        *self.disk.rows.write().unwrap() = self.rows.clone();
        self.transaction = None;
        let named = if self.has(Bug::WakesTooEarly) { Position(head.0 + 1) } else { head };
        self.disk.committed.send_replace(named);
        Ok(())
    }

    fn undo(&mut self) {
        self.rows = self.before.clone();
        self.transaction = None;
    }

    fn resolve(&mut self, _: &[Accepted]) -> Resolution {
        Resolution::Unknown
    }

    fn close(&mut self) {
        self.transaction = None;
    }
}
