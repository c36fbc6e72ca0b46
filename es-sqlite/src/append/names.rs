use std::collections::HashMap;

use rusqlite::{Connection, OptionalExtension};

use crate::schema::checksum;

const FIND: &str = include_str!("../read/name_id.sql");
const INSERT: &str = include_str!("insert_name.sql");

/// How many names the writer remembers; tenants are among them, so there may be many.
const REMEMBERED: usize = 65_536;

/// The numbers of texts that rows share, given out by the writer.
#[derive(Debug, Default)]
pub(crate) struct Names(HashMap<Box<str>, NameId>);

/// A text's number, and its checksum.
#[derive(Debug, Clone, Copy)]
pub(crate) struct NameId {
    pub(crate) id: i64,
    pub(crate) checksum: u32,
}

impl Names {
    pub(crate) fn forget(&mut self) {
        self.0.clear();
    }

    /// The number of a text, if it has one.
    pub(crate) fn find(
        &mut self,
        connection: &Connection,
        text: &str,
    ) -> rusqlite::Result<Option<NameId>> {
        if let Some(name) = self.0.get(text) {
            return Ok(Some(*name));
        }
        let id = connection.prepare_cached(FIND)?.query_row([text], |row| row.get(0)).optional()?;
        Ok(id.map(|id| self.remember(text, id)))
    }

    /// The number of a text, given to it now if it has none.
    pub(crate) fn make(&mut self, connection: &Connection, text: &str) -> rusqlite::Result<NameId> {
        if let Some(name) = self.find(connection, text)? {
            return Ok(name);
        }
        let id = connection.prepare_cached(INSERT)?.insert([text])?;
        Ok(self.remember(text, id))
    }

    fn remember(&mut self, text: &str, id: i64) -> NameId {
        if self.0.len() >= REMEMBERED {
            self.0.clear();
        }
        let name = NameId { id, checksum: checksum::of_text(text) };
        self.0.insert(text.into(), name);
        name
    }
}
