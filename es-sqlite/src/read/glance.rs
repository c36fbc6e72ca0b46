use std::sync::Arc;

use es_core::store::{Append, Glance, judge};

use super::readers::Reader;
use super::{Reading, head, version};
use crate::command_id;
use crate::error::Failure;
use crate::writer::KnownHead;

/// Judges what stores nothing on a read connection, as long as the log is what the writer knows.
pub(crate) struct ReadGlance {
    pub(crate) reading: Arc<Reading>,
    pub(crate) known: Arc<KnownHead>,
}

/// More streams than this would hold the caller's thread up.
const FEW: usize = 64;

impl ReadGlance {
    fn look(&self, reader: &mut Reader, batch: &Append) -> Result<bool, Failure> {
        let Some(known) = self.known.get() else { return Ok(false) };
        if batch.conditions.iter().any(|condition| condition.after.0 < known) {
            return Ok(false);
        }
        let Reader { connection, rows } = reader;
        for expectation in &batch.expectations {
            let actual = match rows.facts.stream_key(connection, &expectation.stream)? {
                Some(key) => version(connection, key)?,
                None => None,
            };
            if judge::expectation(expectation, actual).is_err() {
                return Ok(false);
            }
        }
        if let Some(id) = batch.unless_stored {
            let Reading { clock, window, .. } = &*self.reading;
            let (tenant, window, now) = (&batch.tenant, *window, clock.now());
            let wanted = command_id::Wanted { tenant, id, window, now };
            if command_id::find(connection, rows, wanted)?.is_some() {
                return Ok(false);
            }
        }
        // What can be seen of the log only grows: with this head at the end, and at least this one
        // at the beginning, everything between was read of one and the same log.
        Ok(head(connection)? == known)
    }
}

impl Glance for ReadGlance {
    fn holds(&self, batch: &Append) -> bool {
        if batch.expectations.len() > FEW || self.reading.readers.is_replaced() {
            return false;
        }
        let Some(mut reader) = self.reading.readers.take_idle() else { return false };
        // What fails, or is in the way, is the writer's to wait for and to tell.
        reader.get().and_then(|reader| self.look(reader, batch)).unwrap_or(false)
    }
}
