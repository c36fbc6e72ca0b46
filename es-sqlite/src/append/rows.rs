use rusqlite::{Connection, params};

use es_core::event::{Position, Sequence, Timestamp};
use es_core::store::{Append, NewEvent};

use super::streams::Stream;
use super::{Appending, Place};
use crate::command_id;
use crate::error::Failure;
use crate::read::matching::number;
use crate::schema::checksum::{Covered, of_text};
use crate::schema::metadata;

const INSERT_EVENT: &str = include_str!("insert_event.sql");
const INSERT_TAG: &str = include_str!("insert_tag.sql");
const DELETE_EVENTS: &str = include_str!("delete_events.sql");
const DELETE_TAG: &str = include_str!("delete_tag.sql");

impl Appending {
    /// Writes the row that remembers the batch's command.
    pub(super) fn write_command(
        &mut self,
        connection: &Connection,
        batch: &Append,
        places: &[Place],
        recorded_at: Timestamp,
    ) -> Result<(), Failure> {
        let Some(command) = &batch.command else {
            return Ok(());
        };
        let target = match &command.target {
            None => None,
            Some(target) => {
                let known = places.iter().find(|place| place.id == *target);
                match known.and_then(|place| place.stream.key) {
                    Some(key) => Some(key),
                    None => self.streams.make(connection, &mut self.names, target)?.key,
                }
            }
        };
        let count = batch.events.len() as u64;
        let row = command_id::Row {
            tenant: self.names.make(connection, batch.tenant.as_str())?.id,
            name: self.names.make(connection, &command.name)?.id,
            target,
            positions: (count > 0).then(|| (self.head.next(), Position(self.head.0 + count))),
            at: recorded_at,
        };
        Ok(command_id::insert(connection, command, &row)?)
    }

    /// Writes the rows of the batch's events, and moves its places on.
    pub(super) fn write_events(
        &mut self,
        connection: &Connection,
        batch: &Append,
        places: &mut [Place],
        recorded_at: Timestamp,
    ) -> Result<(), Failure> {
        let mut position = self.head;
        for event in &batch.events {
            position = position.next();
            let place = match &event.stream {
                Some(id) => places.iter_mut().find(|place| place.id == *id),
                None => None,
            };
            let tenant = event.tenant().unwrap_or(&batch.tenant).as_str();
            let tenant_id = self.names.make(connection, tenant)?.id;
            let at = match place {
                Some(place) => next_in(&mut place.stream)?,
                None => At { stream: None, sequence: None, owner: of_text(tenant) },
            };
            self.write_event(connection, event, &at, (position, tenant_id, recorded_at))?;
            for tag in &event.tags {
                let key = self.names.make(connection, &tag.key)?.id;
                let row = params![key, tag.value, tenant_id, number(position)];
                connection.prepare_cached(INSERT_TAG)?.execute(row)?;
            }
        }
        Ok(())
    }

    fn write_event(
        &mut self,
        connection: &Connection,
        event: &NewEvent,
        at: &At,
        (position, tenant, recorded_at): (Position, i64, Timestamp),
    ) -> Result<(), Failure> {
        let name = self.names.make(connection, &event.name)?;
        self.metadata.clear();
        metadata::write(&event.metadata, &mut self.metadata).map_err(|_| Failure::Unsound)?;
        let covered = Covered {
            position: number(position),
            sequence: at.sequence,
            owner: at.owner,
            name: name.checksum,
            revision: event.revision,
            id: event.id.0.as_bytes(),
            recorded_at: recorded_at.as_microseconds(),
            metadata: &self.metadata,
            payload: &event.payload,
        };
        let checksum = covered.checksum(&mut self.scratch);
        let mut insert = connection.prepare_cached(INSERT_EVENT)?;
        insert.raw_bind_parameter(1, covered.position)?;
        insert.raw_bind_parameter(2, at.stream)?;
        insert.raw_bind_parameter(3, covered.sequence)?;
        insert.raw_bind_parameter(4, tenant)?;
        insert.raw_bind_parameter(5, name.id)?;
        insert.raw_bind_parameter(6, covered.revision)?;
        insert.raw_bind_parameter(7, covered.id)?;
        insert.raw_bind_parameter(8, covered.recorded_at)?;
        insert.raw_bind_parameter(9, covered.metadata)?;
        insert.raw_bind_parameter(10, covered.payload)?;
        insert.raw_bind_parameter(11, checksum)?;
        insert.raw_execute()?;
        Ok(())
    }

    /// Takes back what one batch has written, and nothing else of its group.
    ///
    /// By hand, because a savepoint per batch would make SQLite copy every page a batch touches,
    /// in every group, for what happens almost never: an event id that is stored already.
    pub(super) fn take_back(
        &mut self,
        connection: &Connection,
        batch: &Append,
    ) -> rusqlite::Result<()> {
        connection.prepare_cached(DELETE_EVENTS)?.execute([number(self.head)])?;
        let mut position = self.head;
        for event in &batch.events {
            position = position.next();
            let tenant = event.tenant().unwrap_or(&batch.tenant).as_str();
            let Some(tenant) = self.names.find(connection, tenant)? else {
                continue;
            };
            for tag in &event.tags {
                let Some(key) = self.names.find(connection, &tag.key)? else {
                    continue;
                };
                let row = params![key.id, tag.value, tenant.id, number(position)];
                connection.prepare_cached(DELETE_TAG)?.execute(row)?;
            }
        }
        self.delete_command(connection, batch)
    }

    pub(super) fn delete_command(
        &mut self,
        connection: &Connection,
        batch: &Append,
    ) -> rusqlite::Result<()> {
        if let Some(command) = &batch.command
            && let Some(tenant) = self.names.find(connection, batch.tenant.as_str())?
        {
            command_id::delete(connection, command.id, tenant.id)?;
        }
        Ok(())
    }
}

/// Where in its stream an event goes.
struct At {
    stream: Option<i64>,
    sequence: Option<i64>,
    /// The checksum of the stream's identity, or of the tenant where there is no stream.
    owner: u32,
}

fn next_in(stream: &mut Stream) -> Result<At, Failure> {
    let next = stream.version.map_or(Sequence(0), Sequence::next);
    stream.version = Some(next);
    let sequence = i64::try_from(next.0).map_err(|_| Failure::Unsound)?;
    Ok(At { stream: stream.key, sequence: Some(sequence), owner: stream.checksum })
}
