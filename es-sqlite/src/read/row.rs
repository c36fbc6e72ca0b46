use bytes::{Bytes, BytesMut};
use rusqlite::{Connection, Row};
use uuid::Uuid;

use es_core::event::{
    EventId, Partition, Position, RecordedEvent, Sequence, StreamId, Tenant, Timestamp,
};

use super::facts::{Facts, Name};
use super::matching::number;
use crate::error::Failure;
use crate::schema::checksum::Covered;
use crate::schema::metadata;

/// The columns every `SELECT` of events begins with.
const POSITION: usize = 0;
pub(crate) const NAME: usize = 1;
const REVISION: usize = 2;
const ID: usize = 3;
const RECORDED_AT: usize = 4;
const METADATA: usize = 5;
const PAYLOAD: usize = 6;
const CHECKSUM: usize = 7;
const SEQUENCE: usize = 8;

/// The columns that follow where the stream is not known before.
const STREAM: usize = 9;
const TENANT: usize = 10;

/// Payloads share buffers of this size, so that most events need no allocation of their own.
const BUFFER_BYTES: usize = 16 * 1024;

/// Whose event a row is.
struct Owner {
    tenant: Tenant,
    /// The checksum of the stream's identity, or of the tenant where there is no stream.
    checksum: u32,
    stream: Option<(StreamId, Sequence)>,
}

/// Turns rows into events, and checks each against its checksum.
#[derive(Debug, Default)]
pub(crate) struct Rows {
    pub(crate) facts: Facts,
    buffer: BytesMut,
    scratch: Vec<u8>,
    /// The stream of the row before: in a stream's read it is always the same.
    last_stream: Option<(i64, StreamId, u32)>,
    last_name: Option<(i64, Name)>,
}

impl Rows {
    /// Forgets everything, because what was seen may have been rolled back.
    pub(crate) fn forget(&mut self) {
        self.facts.forget();
        self.last_stream = None;
        self.last_name = None;
    }

    /// Reads one event, wherever it belongs.
    pub(crate) fn event(
        &mut self,
        connection: &Connection,
        row: &Row<'_>,
    ) -> Result<RecordedEvent, Failure> {
        let position = position(row)?;
        // A flipped bit may also have changed a value's type, which is damage as well.
        let owner = self.owner(connection, row).map_err(|failure| failure.at(position))?;
        self.checked(connection, row, position, owner).map_err(|failure| failure.at(position))
    }

    /// Reads the event of a stream that has to have this sequence.
    pub(crate) fn event_in(
        &mut self,
        connection: &Connection,
        row: &Row<'_>,
        key: i64,
        sequence: Sequence,
    ) -> Result<RecordedEvent, Failure> {
        let position = position(row)?;
        let (stream, checksum) = self.stream(connection, key)?;
        let tenant = stream.tenant().clone();
        let owner = Owner { tenant, checksum, stream: Some((stream, sequence)) };
        let event = self.checked(connection, row, position, owner);
        let event = event.map_err(|failure| failure.at(position))?;
        // The checksum speaks for the sequence that the row had when it was written. Writers go
        // by the index: would they find another one there, they would refuse what a load gives.
        if row.get(SEQUENCE).ok() != i64::try_from(sequence.0).ok() {
            return Err(Failure::Damaged(position));
        }
        Ok(event)
    }

    fn owner(&mut self, connection: &Connection, row: &Row<'_>) -> Result<Owner, Failure> {
        let (key, sequence): (Option<i64>, Option<i64>) = (row.get(STREAM)?, row.get(SEQUENCE)?);
        match (key, sequence) {
            (Some(key), Some(sequence)) => {
                let (stream, checksum) = self.stream(connection, key)?;
                let sequence = Sequence(u64::try_from(sequence).map_err(|_| Failure::Unsound)?);
                let tenant = stream.tenant().clone();
                Ok(Owner { tenant, checksum, stream: Some((stream, sequence)) })
            }
            (None, None) => {
                let tenant = row.get(TENANT)?;
                let checksum = self.facts.name(connection, tenant)?.checksum;
                let tenant = self.facts.tenant(connection, tenant)?;
                Ok(Owner { tenant, checksum, stream: None })
            }
            _ => Err(Failure::Unsound),
        }
    }

    fn checked(
        &mut self,
        connection: &Connection,
        row: &Row<'_>,
        position: Position,
        owner: Owner,
    ) -> Result<RecordedEvent, Failure> {
        let damaged = || Failure::Damaged(position);
        let name = self.name(connection, row.get(NAME)?)?;
        let revision: u32 = row.get(REVISION)?;
        let id: [u8; 16] = row.get(ID)?;
        let recorded_at: i64 = row.get(RECORDED_AT)?;
        let stored_metadata = row.get_ref(METADATA)?.as_blob().map_err(|_| damaged())?;
        let payload = row.get_ref(PAYLOAD)?.as_blob().map_err(|_| damaged())?;
        let sequence = owner.stream.as_ref().map(|(_, sequence)| sequence.0);
        let covered = Covered {
            position: number(position),
            sequence: sequence.and_then(|sequence| i64::try_from(sequence).ok()),
            owner: owner.checksum,
            name: name.checksum,
            revision,
            id: &id,
            recorded_at,
            metadata: stored_metadata,
            payload,
        };
        if i64::from(covered.checksum(&mut self.scratch)) != row.get::<_, i64>(CHECKSUM)? {
            return Err(damaged());
        }
        Ok(RecordedEvent {
            partition: Partition(0),
            position,
            id: EventId(Uuid::from_bytes(id)),
            tenant: owner.tenant,
            stream: owner.stream,
            name: name.text,
            revision,
            payload: self.share(payload),
            metadata: metadata::read(stored_metadata).ok_or_else(damaged)?,
            recorded_at: Timestamp::from_microseconds(recorded_at),
        })
    }

    /// The stream with this number, and the checksum of its identity.
    fn stream(&mut self, connection: &Connection, key: i64) -> Result<(StreamId, u32), Failure> {
        if let Some((last, stream, checksum)) = &self.last_stream
            && *last == key
        {
            return Ok((stream.clone(), *checksum));
        }
        let (stream, checksum) = self.facts.stream(connection, key)?;
        self.last_stream = Some((key, stream.clone(), checksum));
        Ok((stream, checksum))
    }

    fn name(&mut self, connection: &Connection, id: i64) -> Result<Name, Failure> {
        if let Some((last, name)) = &self.last_name
            && *last == id
        {
            return Ok(name.clone());
        }
        let name = self.facts.name(connection, id)?;
        self.last_name = Some((id, name.clone()));
        Ok(name)
    }

    fn share(&mut self, payload: &[u8]) -> Bytes {
        if self.buffer.capacity() < payload.len() {
            // Takes the old buffer again if nobody has kept anything of it.
            self.buffer.reserve(payload.len().max(BUFFER_BYTES));
        }
        self.buffer.extend_from_slice(payload);
        self.buffer.split().freeze()
    }
}

/// A row's position.
pub(crate) fn position(row: &Row<'_>) -> Result<Position, Failure> {
    let position: i64 = row.get(POSITION)?;
    Ok(Position(u64::try_from(position).unwrap_or(0)))
}
