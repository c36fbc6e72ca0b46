use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use smallvec::SmallVec;
use uuid::Uuid;

use crate::event::{Partition, Position, StreamId};

/// A log's random identity. Tokens name it, so that a read side is never used with another log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct LogId(pub Uuid);

impl LogId {
    /// Generates an identity for a new log.
    #[must_use]
    pub fn generate() -> Self {
        Self(Uuid::new_v4())
    }
}

impl fmt::Display for LogId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Where a command's events went: a position per partition, and the streams written.
///
/// Its text form (`0:17,3:4`) fits into an HTTP header; it names positions only, and a token read
/// from text therefore waits for every segment.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct CommitToken {
    positions: SmallVec<[(Partition, Position); 1]>,
    streams: SmallVec<[StreamId; 1]>,
}

impl Clone for CommitToken {
    fn clone(&self) -> Self {
        // Nearly every command writes one stream: that one is copied without a loop.
        let streams = match &*self.streams {
            [one] => SmallVec::from_buf([one.clone()]),
            streams => streams.iter().cloned().collect(),
        };
        Self { positions: SmallVec::from_slice(&self.positions), streams }
    }
}

impl CommitToken {
    /// A token of one partition.
    #[must_use]
    pub fn new(
        partition: Partition,
        position: Position,
        streams: impl IntoIterator<Item = StreamId>,
    ) -> Self {
        let positions = SmallVec::from_buf([(partition, position)]);
        Self { positions, streams: streams.into_iter().collect() }
    }

    /// The last position in each partition written, ordered by partition.
    #[must_use]
    pub fn positions(&self) -> &[(Partition, Position)] {
        &self.positions
    }

    /// The position in one partition, if the command wrote there.
    #[must_use]
    pub fn position(&self, partition: Partition) -> Option<Position> {
        self.positions.iter().find(|(p, _)| *p == partition).map(|(_, position)| *position)
    }

    /// The streams written; empty when the token was read from text.
    #[must_use]
    pub fn streams(&self) -> &[StreamId] {
        &self.streams
    }

    /// True if nothing was stored.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.positions.is_empty()
    }

    /// Joins two tokens: waiting for the result waits for both.
    #[must_use]
    pub fn merge(mut self, other: &Self) -> Self {
        for (partition, position) in &other.positions {
            match self.positions.iter_mut().find(|(p, _)| p == partition) {
                Some((_, mine)) => *mine = (*mine).max(*position),
                None => self.positions.push((*partition, *position)),
            }
        }
        self.positions.sort_unstable();
        self.streams.extend(other.streams.iter().cloned());
        self
    }
}

impl fmt::Display for CommitToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, (partition, position)) in self.positions.iter().enumerate() {
            let comma = if index == 0 { "" } else { "," };
            write!(f, "{comma}{partition}:{position}")?;
        }
        Ok(())
    }
}

/// A text that is no commit token.
#[derive(Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no commit token; it looks like `0:17` or `0:17,1:4`")]
pub struct ParseTokenError(String);

crate::fault::debug_is_display!(ParseTokenError);

impl FromStr for CommitToken {
    type Err = ParseTokenError;

    fn from_str(text: &str) -> Result<Self, ParseTokenError> {
        let mut token = Self::default();
        for part in text.split(',').filter(|part| !part.is_empty()) {
            let parsed = part.split_once(':').and_then(|(partition, position)| {
                Some((Partition(partition.parse().ok()?), Position(position.parse().ok()?)))
            });
            let (partition, position) = parsed.ok_or_else(|| ParseTokenError(text.to_owned()))?;
            // A partition named twice is waited for at its later position.
            token = token.merge(&Self::new(partition, position, Vec::new()));
        }
        Ok(token)
    }
}
