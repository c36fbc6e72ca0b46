use std::collections::HashMap;
use std::sync::Arc;

use rusqlite::{Connection, OptionalExtension, params};

use es_core::event::{StreamId, Tenant};

use crate::error::Failure;
use crate::schema::checksum;

const NAME: &str = include_str!("name.sql");
const NAME_ID: &str = include_str!("name_id.sql");
const STREAM: &str = include_str!("stream.sql");
const STREAM_KEY: &str = include_str!("stream_key.sql");

/// The number of the empty text, from the schema.
const EMPTY: i64 = 0;

/// How many streams, and how many names, one connection remembers.
const REMEMBERED: usize = 8192;

/// What stands behind the numbers in the rows: names and streams, which never change once they
/// are committed.
#[derive(Debug, Default)]
pub(crate) struct Facts {
    names: HashMap<i64, Name>,
    ids: HashMap<Box<str>, i64>,
    streams: HashMap<i64, (StreamId, u32)>,
    tenant: Option<(i64, Tenant)>,
}

/// A text that rows share, and its checksum.
#[derive(Debug, Clone)]
pub(crate) struct Name {
    pub(crate) text: Arc<str>,
    pub(crate) checksum: u32,
}

impl Facts {
    pub(crate) fn forget(&mut self) {
        *self = Self::default();
    }

    /// The text with this number.
    pub(crate) fn name(&mut self, connection: &Connection, id: i64) -> Result<Name, Failure> {
        if let Some(name) = self.names.get(&id) {
            return Ok(name.clone());
        }
        let text: String = connection.prepare_cached(NAME)?.query_row([id], |row| row.get(0))?;
        let name = Name { checksum: checksum::of_text(&text), text: text.into() };
        if self.names.len() >= REMEMBERED {
            self.names.clear();
        }
        self.names.insert(id, name.clone());
        Ok(name)
    }

    /// The tenant with this number.
    pub(crate) fn tenant(&mut self, connection: &Connection, id: i64) -> Result<Tenant, Failure> {
        if let Some((last, tenant)) = &self.tenant
            && *last == id
        {
            return Ok(tenant.clone());
        }
        let tenant = Tenant::new(&self.name(connection, id)?.text).map_err(|_| Failure::Unsound)?;
        self.tenant = Some((id, tenant.clone()));
        Ok(tenant)
    }

    /// The stream with this number, and the checksum of its identity.
    pub(crate) fn stream(
        &mut self,
        connection: &Connection,
        key: i64,
    ) -> Result<(StreamId, u32), Failure> {
        if let Some((stream, checksum)) = self.streams.get(&key) {
            return Ok((stream.clone(), *checksum));
        }
        let (tenant, aggregate, id): (i64, i64, String) = connection
            .prepare_cached(STREAM)?
            .query_row([key], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
        let tenant = self.tenant(connection, tenant)?;
        let aggregate = self.name(connection, aggregate)?;
        let stream = StreamId::new(&tenant, &aggregate.text, &id).map_err(|_| Failure::Unsound)?;
        let checksum = checksum::of_stream(&stream);
        if self.streams.len() >= REMEMBERED {
            self.streams.clear();
        }
        self.streams.insert(key, (stream.clone(), checksum));
        Ok((stream, checksum))
    }

    /// The number of a text, if any row has used it.
    pub(crate) fn name_id(
        &mut self,
        connection: &Connection,
        text: &str,
    ) -> rusqlite::Result<Option<i64>> {
        if text.is_empty() {
            return Ok(Some(EMPTY));
        }
        if let Some(id) = self.ids.get(text) {
            return Ok(Some(*id));
        }
        let id =
            connection.prepare_cached(NAME_ID)?.query_row([text], |row| row.get(0)).optional()?;
        if let Some(id) = id {
            if self.ids.len() >= REMEMBERED {
                self.ids.clear();
            }
            self.ids.insert(text.into(), id);
        }
        Ok(id)
    }

    /// The number of a stream, if it is known to the log.
    pub(crate) fn stream_key(
        &mut self,
        connection: &Connection,
        stream: &StreamId,
    ) -> rusqlite::Result<Option<i64>> {
        let Some(tenant) = self.name_id(connection, stream.tenant().as_str())? else {
            return Ok(None);
        };
        let Some(aggregate) = self.name_id(connection, stream.aggregate())? else {
            return Ok(None);
        };
        connection
            .prepare_cached(STREAM_KEY)?
            .query_row(params![tenant, aggregate, stream.id()], |row| row.get(0))
            .optional()
    }
}
