use bytes::Bytes;
use serde_json::Value;

use crate::event::Sequence;

/// A stored event as the log has it: name, revision, payload, and where it stands in its stream.
///
/// Made from `(name, revision, json)` or `(name, revision, json, sequence)`; the JSON is a
/// [`serde_json::Value`] or a text. Without a sequence the row follows the one before it.
#[derive(Debug, Clone)]
pub struct Row {
    pub(super) name: String,
    pub(super) revision: u32,
    pub(super) payload: Bytes,
    pub(super) sequence: Option<Sequence>,
}

impl Row {
    /// A row whose payload is given byte by byte, as a codec other than JSON writes it.
    pub fn encoded(name: impl Into<String>, revision: u32, payload: impl Into<Bytes>) -> Self {
        Self { name: name.into(), revision, payload: payload.into(), sequence: None }
    }

    /// Puts the row at a sequence; the fixture refuses rows with a gap.
    #[must_use]
    pub fn at(mut self, sequence: u64) -> Self {
        self.sequence = Some(Sequence(sequence));
        self
    }
}

impl From<(&str, u32, &str)> for Row {
    fn from((name, revision, json): (&str, u32, &str)) -> Self {
        Self::encoded(name, revision, json.as_bytes().to_vec())
    }
}

impl From<(&str, u32, Value)> for Row {
    fn from((name, revision, json): (&str, u32, Value)) -> Self {
        Self::encoded(name, revision, json.to_string())
    }
}

impl From<(&str, u32, &str, u64)> for Row {
    fn from((name, revision, json, sequence): (&str, u32, &str, u64)) -> Self {
        Self::from((name, revision, json)).at(sequence)
    }
}

impl From<(&str, u32, Value, u64)> for Row {
    fn from((name, revision, json, sequence): (&str, u32, Value, u64)) -> Self {
        Self::from((name, revision, json)).at(sequence)
    }
}
