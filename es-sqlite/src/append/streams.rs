use std::collections::HashMap;

use rusqlite::{Connection, OptionalExtension, params};

use es_core::event::{Sequence, StreamId};
use es_core::store::StreamVersion;

use super::names::Names;
use crate::schema::checksum;

const FIND: &str = include_str!("stream.sql");
const INSERT: &str = include_str!("insert_stream.sql");

/// How many streams one generation holds; two are kept.
const GENERATION: usize = 32_768;

/// Number and version of recent streams, so that most batches are judged before a statement runs.
///
/// Bounded by two generations: when the young one is full it becomes the old one, and what is not
/// used until the next change is forgotten. That costs no order to keep up.
#[derive(Debug, Default)]
pub(crate) struct Streams {
    young: HashMap<StreamId, Stream>,
    old: HashMap<StreamId, Stream>,
}

/// What the writer knows of one stream.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Stream {
    /// The stream's number; none if the log has never heard of it.
    pub(crate) key: Option<i64>,
    pub(crate) version: StreamVersion,
    pub(crate) checksum: u32,
}

impl Streams {
    pub(crate) fn forget(&mut self) {
        self.young.clear();
        self.old.clear();
    }

    /// Keeps what a good batch leaves of a stream.
    pub(crate) fn remember(&mut self, id: &StreamId, stream: Stream) {
        if let Some(known) = self.young.get_mut(id) {
            *known = stream;
            return;
        }
        if self.young.len() >= GENERATION {
            self.old = std::mem::take(&mut self.young);
        }
        self.young.insert(id.clone(), stream);
    }

    fn known(&self, id: &StreamId) -> Option<Stream> {
        self.young.get(id).or_else(|| self.old.get(id)).copied()
    }

    /// The stream as it is now.
    pub(crate) fn find(
        &self,
        connection: &Connection,
        names: &mut Names,
        id: &StreamId,
    ) -> rusqlite::Result<Stream> {
        if let Some(stream) = self.known(id) {
            return Ok(stream);
        }
        let checksum = checksum::of_stream(id);
        let unknown = Stream { key: None, version: None, checksum };
        let tenant = names.find(connection, id.tenant().as_str())?;
        let aggregate = names.find(connection, id.aggregate())?;
        let (Some(tenant), Some(aggregate)) = (tenant, aggregate) else {
            return Ok(unknown);
        };
        let stream = connection
            .prepare_cached(FIND)?
            .query_row(params![tenant.id, aggregate.id, id.id()], |row| {
                let (key, version) = (row.get(0)?, row.get::<_, Option<i64>>(1)?);
                let version = version.and_then(|v| u64::try_from(v).ok()).map(Sequence);
                Ok(Stream { key: Some(key), version, checksum })
            })
            .optional()?;
        Ok(stream.unwrap_or(unknown))
    }

    /// The stream as it is now, made if the log has never heard of it.
    pub(crate) fn make(
        &self,
        connection: &Connection,
        names: &mut Names,
        id: &StreamId,
    ) -> rusqlite::Result<Stream> {
        if let Some(stream) = self.known(id) {
            return Ok(stream);
        }
        let tenant = names.make(connection, id.tenant().as_str())?.id;
        let aggregate = names.make(connection, id.aggregate())?.id;
        // Trying to insert is one descent where looking first would be two: an unknown stream
        // that is written to is most often new.
        let mut insert = connection.prepare_cached(INSERT)?;
        if insert.execute(params![tenant, aggregate, id.id()])? == 0 {
            return self.find(connection, names, id);
        }
        let key = Some(connection.last_insert_rowid());
        Ok(Stream { key, version: None, checksum: checksum::of_stream(id) })
    }
}
