//! The form of metadata in a row: one byte that says which ids follow, the ids, then the other
//! entries as a JSON object, if there are any. No entries at all are no bytes at all.
//!
//! Nearly every event carries two ids and nothing else. As JSON they would be more bytes than many
//! a payload, and reading them would cost more than reading the event.

use es_core::event::{Metadata, keys};
use uuid::Uuid;

const CORRELATION: u8 = 1;
const CAUSATION: u8 = 2;

/// Appends the stored form.
pub(crate) fn write(metadata: &Metadata, out: &mut Vec<u8>) -> serde_json::Result<()> {
    let ids = [(CORRELATION, metadata.correlation_id()), (CAUSATION, metadata.causation_id())];
    let flags = ids.iter().filter(|(_, id)| id.is_some()).map(|(flag, _)| flag).sum();
    let mut others = metadata.iter().filter(|(key, _)| !is_id(metadata, key)).peekable();
    if flags == 0 && others.peek().is_none() {
        return Ok(());
    }
    out.push(flags);
    for (_, id) in ids {
        out.extend_from_slice(id.as_ref().map_or(&[], |id| id.as_bytes()));
    }
    if others.peek().is_none() {
        return Ok(());
    }
    let others = Metadata::from_iter(others.map(|(key, value)| (key, value.into_owned())));
    serde_json::to_writer(out, &others)
}

/// Reads the stored form; `None` if it is none.
pub(crate) fn read(stored: &[u8]) -> Option<Metadata> {
    let Some((flags, rest)) = stored.split_first() else {
        return Some(Metadata::new());
    };
    let (correlation, rest) = id(*flags & CORRELATION != 0, rest)?;
    let (causation, rest) = id(*flags & CAUSATION != 0, rest)?;
    let mut metadata = match rest {
        [] => Metadata::new(),
        json => serde_json::from_slice(json).ok()?,
    };
    if let (Some(correlation), Some(causation)) = (correlation, causation) {
        return Some(metadata.caused_by(correlation, causation));
    }
    for (key, id) in [(keys::CORRELATION_ID, correlation), (keys::CAUSATION_ID, causation)] {
        if let Some(id) = id {
            metadata.insert(key, id.to_string());
        }
    }
    Some(metadata)
}

/// The ids are entries by name as well, where they are UUIDs.
fn is_id(metadata: &Metadata, key: &str) -> bool {
    match key {
        keys::CORRELATION_ID => metadata.correlation_id().is_some(),
        keys::CAUSATION_ID => metadata.causation_id().is_some(),
        _ => false,
    }
}

fn id(is_there: bool, stored: &[u8]) -> Option<(Option<Uuid>, &[u8])> {
    if !is_there {
        return Some((None, stored));
    }
    let (id, rest) = stored.split_first_chunk()?;
    Some((Some(Uuid::from_bytes(*id)), rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_read_is_what_was_written() {
        let id = Uuid::from_u128(7).to_string();
        let plain = Metadata::new();
        let every = [
            plain.clone(),
            plain.clone().with("user", "ann\u{0}"),
            plain.clone().with(keys::CAUSATION_ID, "no uuid"),
            plain.clone().with(keys::CORRELATION_ID, &id),
            plain.clone().with(keys::CAUSATION_ID, &id).with("user", "ann"),
            plain.clone().caused_by(Uuid::from_u128(1), Uuid::from_u128(2)),
            plain.caused_by(Uuid::from_u128(1), Uuid::from_u128(2)).with("tenant", "t"),
        ];
        for metadata in every {
            let mut stored = Vec::new();
            assert!(write(&metadata, &mut stored).is_ok());
            assert_eq!(read(&stored), Some(metadata));
        }
    }

    #[test]
    fn two_ids_are_thirty_three_bytes() {
        let mut stored = Vec::new();
        let metadata = Metadata::new().caused_by(Uuid::from_u128(1), Uuid::from_u128(2));
        assert!(write(&metadata, &mut stored).is_ok());
        assert_eq!(stored.len(), 33);
    }
}
