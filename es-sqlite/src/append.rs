//! Judging one batch and writing its rows, inside the writer's transaction.

pub(crate) mod names;
mod rows;
pub(crate) mod streams;

use std::collections::HashSet;
use std::sync::Arc;

use rusqlite::Connection;

use es_core::event::{Clock, Partition, Position, StreamId, Timestamp};
use es_core::store::{Append, AppendError, CommitToken, Committed, Expected, judge};

use self::names::Names;
use self::streams::{Stream, Streams};
use crate::command_id::{self, Window};
use crate::config::SqliteConfig;
use crate::error::{Failure, is_taken};
use crate::read::matching::{Span, Wanted};
use crate::read::row::Rows;

const HAS_EVENT: &str = include_str!("append/has_event.sql");

/// What the writer remembers of the log, and what it writes with.
pub(crate) struct Appending {
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) payload_limit_bytes: usize,
    window: Window,
    /// The last position, the current group included.
    pub(crate) head: Position,
    /// The time of the last event, the current group included.
    pub(crate) recorded_at: Timestamp,
    pub(crate) names: Names,
    pub(crate) streams: Streams,
    /// Whether the current group has changed anything.
    pub(crate) has_written: bool,
    rows: Rows,
    places: Vec<Place>,
    metadata: Vec<u8>,
    scratch: Vec<u8>,
}

/// A stream that a batch writes or looks at.
struct Place {
    id: StreamId,
    stream: Stream,
    is_written: bool,
}

/// Why a batch was not written.
pub(crate) enum Stop {
    /// It is refused, and nothing of it is left.
    Refused(AppendError),
    /// The transaction cannot go on.
    Broken(Failure),
}

impl From<rusqlite::Error> for Stop {
    fn from(error: rusqlite::Error) -> Self {
        Self::Broken(error.into())
    }
}

impl From<Failure> for Stop {
    fn from(failure: Failure) -> Self {
        Self::Broken(failure)
    }
}

impl From<AppendError> for Stop {
    fn from(error: AppendError) -> Self {
        Self::Refused(error)
    }
}

impl Appending {
    pub(crate) fn new(config: &SqliteConfig) -> Self {
        Self {
            clock: Arc::clone(&config.clock),
            payload_limit_bytes: config.payload_limit_bytes,
            window: Window::of(config),
            head: Position(0),
            recorded_at: Timestamp::MIN,
            names: Names::default(),
            streams: Streams::default(),
            has_written: false,
            rows: Rows::default(),
            places: Vec::new(),
            metadata: Vec::new(),
            scratch: Vec::new(),
        }
    }

    /// Forgets what may not be true any more.
    pub(crate) fn forget(&mut self) {
        self.names.forget();
        self.streams.forget();
        self.rows.forget();
    }

    /// Judges one batch as if everything before it were stored, and writes it.
    pub(crate) fn append(
        &mut self,
        connection: &Connection,
        batch: &Append,
    ) -> Result<Committed, Stop> {
        judge::sizes(&batch.events, self.payload_limit_bytes)?;
        if !batch.deadlines.is_empty() {
            let remedy = "declare no deadlines on this aggregate, or use another log";
            return Err(AppendError::Unsupported { what: "deadlines", remedy }.into());
        }
        let mut places = std::mem::take(&mut self.places);
        places.clear();
        let result = self.judge_and_write(connection, batch, &mut places);
        self.places = places;
        result
    }

    fn judge_and_write(
        &mut self,
        connection: &Connection,
        batch: &Append,
        places: &mut Vec<Place>,
    ) -> Result<Committed, Stop> {
        self.look_up(connection, batch, places)?;
        match self.judge(connection, batch, places) {
            Err(refusal @ Stop::Refused(_)) => {
                return Err(self.repetition(connection, batch)?.unwrap_or(refusal));
            }
            result => result?,
        }
        // A row of the command would find its own repetition when it is written.
        if batch.command.is_none()
            && let Some(repetition) = self.repetition(connection, batch)?
        {
            return Err(repetition);
        }
        if batch.stores_nothing() {
            return Ok(Committed::nothing());
        }
        self.has_written = true;
        let recorded_at = self.now();
        match self.write_command(connection, batch, places, recorded_at) {
            Err(Failure::Sqlite(error)) if is_taken(&error) => {
                if let Some(repetition) = self.repetition(connection, batch)? {
                    return Err(repetition);
                }
                // The row's time is over, only nobody has deleted it yet.
                self.delete_command(connection, batch)?;
                self.write_command(connection, batch, places, recorded_at)?;
            }
            result => result?,
        }
        match self.write_events(connection, batch, places, recorded_at) {
            Err(Failure::Sqlite(error)) if is_taken(&error) => {
                self.take_back(connection, batch)?;
                return Err(taken(connection, batch, error)?);
            }
            result => result?,
        }
        Ok(self.keep(batch, places, recorded_at))
    }

    /// Finds every stream of the batch, once.
    fn look_up(
        &mut self,
        connection: &Connection,
        batch: &Append,
        places: &mut Vec<Place>,
    ) -> Result<(), Stop> {
        for event in &batch.events {
            let Some(id) = &event.stream else { continue };
            if places.iter().any(|place| place.id == *id) {
                continue;
            }
            let is_known = batch
                .expectations
                .iter()
                .any(|e| e.stream == *id && matches!(e.expected, Expected::Exact(_)));
            let stream = if is_known {
                self.streams.find(connection, &mut self.names, id)?
            } else {
                self.make(connection, id)?
            };
            places.push(Place { id: id.clone(), stream, is_written: true });
        }
        for expectation in &batch.expectations {
            let id = &expectation.stream;
            if !places.iter().any(|place| place.id == *id) {
                let stream = self.streams.find(connection, &mut self.names, id)?;
                places.push(Place { id: id.clone(), stream, is_written: false });
            }
        }
        Ok(())
    }

    fn make(&mut self, connection: &Connection, id: &StreamId) -> rusqlite::Result<Stream> {
        self.has_written = true;
        self.streams.make(connection, &mut self.names, id)
    }

    fn judge(
        &mut self,
        connection: &Connection,
        batch: &Append,
        places: &[Place],
    ) -> Result<(), Stop> {
        for expectation in &batch.expectations {
            let place = places.iter().find(|place| place.id == expectation.stream);
            judge::expectation(expectation, place.and_then(|place| place.stream.version))?;
        }
        for (index, condition) in batch.conditions.iter().enumerate() {
            let wanted = Wanted::criteria(&batch.tenant, &condition.criteria);
            let mut after = condition.after.0;
            while after < self.head {
                let span = Span { after, until: self.head, limit: 1 };
                let page = wanted.find(connection, &mut self.rows, span)?;
                if let Some(event) = page.events.first() {
                    let position = event.position;
                    return Err(AppendError::ConditionFailed { index, position }.into());
                }
                after = page.up_to;
            }
        }
        Ok(())
    }

    /// A repeated command is told its first answer, whatever else is wrong with the batch.
    fn repetition(
        &mut self,
        connection: &Connection,
        batch: &Append,
    ) -> Result<Option<Stop>, Failure> {
        let Some(id) = batch.new_command_id() else { return Ok(None) };
        let wanted =
            command_id::Wanted { tenant: &batch.tenant, id, window: self.window, now: self.now() };
        let stored = command_id::find(connection, &mut self.rows, wanted)?;
        Ok(stored.map(|stored| AppendError::CommandStored(Box::new(stored)).into()))
    }

    /// The store's time, which never goes back.
    fn now(&self) -> Timestamp {
        self.clock.now().max(self.recorded_at)
    }

    /// Takes a written batch into what is remembered.
    fn keep(&mut self, batch: &Append, places: &[Place], recorded_at: Timestamp) -> Committed {
        let mut streams = Vec::new();
        for place in places.iter().filter(|place| place.stream.key.is_some()) {
            self.streams.remember(&place.id, place.stream);
            if place.is_written {
                streams.push(place.id.clone());
            }
        }
        self.recorded_at = recorded_at;
        if batch.events.is_empty() {
            return Committed::nothing();
        }
        let first = self.head.next();
        self.head = Position(self.head.0 + batch.events.len() as u64);
        Committed {
            token: CommitToken::new(Partition(0), self.head, streams),
            first: Some(first),
            recorded_at: Some(recorded_at),
        }
    }
}

/// Says which event id is taken, after the batch's rows are gone again.
fn taken(connection: &Connection, batch: &Append, error: rusqlite::Error) -> Result<Stop, Stop> {
    let mut seen = HashSet::new();
    for event in &batch.events {
        let mut statement = connection.prepare_cached(HAS_EVENT)?;
        if !seen.insert(event.id) || statement.exists([event.id.0.as_bytes()])? {
            return Ok(AppendError::EventStored(event.id).into());
        }
    }
    Ok(error.into())
}
