use bytes::{Bytes, BytesMut};
use rusqlite::{Connection, Row};
use uuid::Uuid;

use es_core::event::{EventId, Partition, Position, RecordedEvent, Sequence, StreamId, Timestamp};

use super::facts::{Facts, Name};
use crate::error::Failure;
use crate::schema::checksum::Covered;
use crate::schema::metadata;

/// The columns [`Rows::event`] reads, in its order, begin every `SELECT` of events.
const POSITION: usize = 0;
const STREAM: usize = 1;
const SEQUENCE: usize = 2;
const TENANT: usize = 3;
const NAME: usize = 4;
const REVISION: usize = 5;
const ID: usize = 6;
const RECORDED_AT: usize = 7;
const METADATA: usize = 8;
const PAYLOAD: usize = 9;
const CHECKSUM: usize = 10;

/// Payloads share buffers of this size, so that most events need no allocation of their own.
const BUFFER_BYTES: usize = 16 * 1024;

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

    /// Reads one event.
    pub(crate) fn event(
        &mut self,
        connection: &Connection,
        row: &Row<'_>,
    ) -> Result<RecordedEvent, Failure> {
        let position = position(row)?;
        // A flipped bit may also have changed a value's type, which is damage as well.
        self.checked(connection, row, position).map_err(|failure| failure.at(position))
    }

    fn checked(
        &mut self,
        connection: &Connection,
        row: &Row<'_>,
        position: Position,
    ) -> Result<RecordedEvent, Failure> {
        let damaged = || Failure::Damaged(position);
        let (tenant_id, name_id): (i64, i64) = (row.get(TENANT)?, row.get(NAME)?);
        let (stream, owner) = self.stream(connection, row.get(STREAM)?)?;
        let sequence: Option<i64> = row.get(SEQUENCE)?;
        let revision: u32 = row.get(REVISION)?;
        let id: [u8; 16] = row.get(ID)?;
        let recorded_at: i64 = row.get(RECORDED_AT)?;
        let stored_metadata = row.get_ref(METADATA)?.as_blob().map_err(|_| damaged())?;
        let payload = row.get_ref(PAYLOAD)?.as_blob().map_err(|_| damaged())?;
        let name = self.name(connection, name_id)?;
        let covered = Covered {
            position: row.get(POSITION)?,
            sequence,
            owner: match owner {
                Some(owner) => owner,
                None => self.facts.name(connection, tenant_id)?.checksum,
            },
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
        let tenant = match &stream {
            Some(stream) => stream.tenant().clone(),
            None => self.facts.tenant(connection, tenant_id)?,
        };
        let stream = match (stream, sequence) {
            (Some(stream), Some(sequence)) => {
                Some((stream, Sequence(u64::try_from(sequence).map_err(|_| damaged())?)))
            }
            (None, None) => None,
            _ => return Err(damaged()),
        };
        Ok(RecordedEvent {
            partition: Partition(0),
            position,
            id: EventId(Uuid::from_bytes(id)),
            tenant,
            stream,
            name: name.text,
            revision,
            payload: self.share(payload),
            metadata: metadata::read(stored_metadata).ok_or_else(damaged)?,
            recorded_at: Timestamp::from_microseconds(recorded_at),
        })
    }

    fn stream(
        &mut self,
        connection: &Connection,
        key: Option<i64>,
    ) -> Result<(Option<StreamId>, Option<u32>), Failure> {
        let Some(key) = key else {
            return Ok((None, None));
        };
        if let Some((last, stream, checksum)) = &self.last_stream
            && *last == key
        {
            return Ok((Some(stream.clone()), Some(*checksum)));
        }
        let (stream, checksum) = self.facts.stream(connection, key)?;
        self.last_stream = Some((key, stream.clone(), checksum));
        Ok((Some(stream), Some(checksum)))
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
