use std::fmt;
use std::num::NonZeroU64;
use std::time::Duration;

use bytes::Bytes;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::event::{Codec, CodecError, Json, encoded};

/// When snapshots of an aggregate are taken, and how its state is written.
///
/// The triggers are combined by "or". Without any, a snapshot is taken every hundred events.
pub struct SnapshotPolicy<A> {
    schema: u64,
    every: Option<NonZeroU64>,
    load_time: Option<Duration>,
    events: &'static [&'static str],
    encode: fn(&A) -> Result<Bytes, CodecError>,
    decode: fn(&[u8]) -> Result<A, CodecError>,
}

/// The number of events between two snapshots where no trigger is given.
const USUAL_EVERY: NonZeroU64 = NonZeroU64::MIN.saturating_add(99);

impl<A> SnapshotPolicy<A> {
    /// Snapshots as JSON. A snapshot with another `schema` than this is not used.
    // The bound stands here, not on the block: so rustc says what it is for.
    #[must_use]
    pub const fn new(schema: u64) -> Self
    where
        A: SnapshotState,
    {
        Self {
            schema,
            every: None,
            load_time: None,
            events: &[],
            encode: A::encode_state,
            decode: A::decode_state,
        }
    }

    /// Takes one whenever the number of events passes a multiple of this; 0 means never.
    #[must_use]
    pub const fn every(mut self, events: u64) -> Self {
        self.every = NonZeroU64::new(events);
        self
    }

    /// Takes one after a load that took this long or longer.
    #[must_use]
    pub const fn load_time(mut self, limit: Duration) -> Self {
        self.load_time = Some(limit);
        self
    }

    /// Takes one after events with these stored names.
    #[must_use]
    pub const fn events(mut self, names: &'static [&'static str]) -> Self {
        self.events = names;
        self
    }

    /// The hash of the state's shape and of the logic that led to it.
    #[must_use]
    pub const fn schema(&self) -> u64 {
        self.schema
    }

    pub(super) fn every_events(&self) -> Option<NonZeroU64> {
        let has_other = self.load_time.is_some() || !self.events.is_empty();
        self.every.or((!has_other).then_some(USUAL_EVERY))
    }

    /// Whether a decision that leads from one number of events to another passes a threshold.
    pub(super) fn is_due_after(&self, before: u64, after: u64) -> bool {
        self.every_events().is_some_and(|every| before / every < after / every)
    }

    /// Whether a load that folded this many events in this time passed a threshold.
    pub(super) fn is_due_after_load(&self, folded: u64, took: Duration) -> bool {
        folded > 0
            && (self.every_events().is_some_and(|every| folded >= every.get())
                || self.load_time.is_some_and(|limit| took >= limit))
    }

    pub(super) fn is_due_by(&self, event: &str) -> bool {
        self.events.contains(&event)
    }

    pub(super) fn encode(&self, state: &A) -> Result<Bytes, CodecError> {
        (self.encode)(state)
    }

    pub(super) fn decode(&self, payload: &[u8]) -> Result<A, CodecError> {
        (self.decode)(payload)
    }
}

impl<A> Clone for SnapshotPolicy<A> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<A> Copy for SnapshotPolicy<A> {}

impl<A> fmt::Debug for SnapshotPolicy<A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SnapshotPolicy")
            .field("schema", &self.schema)
            .field("every", &self.every_events())
            .field("load_time", &self.load_time)
            .field("events", &self.events)
            .finish_non_exhaustive()
    }
}

/// A state that snapshots can be taken of: it is serde.
#[diagnostic::on_unimplemented(
    message = "no snapshot of `{Self}` can be taken, because it is not serde",
    label = "cannot be written and read again",
    note = "derive `Serialize` and `Deserialize` for `{Self}` and for the types in it"
)]
pub trait SnapshotState: Sized {
    /// Writes the state.
    ///
    /// # Errors
    /// The state has no JSON form, for example a map whose keys are no text.
    fn encode_state(&self) -> Result<Bytes, CodecError>;

    /// Reads the state.
    ///
    /// # Errors
    /// The bytes are not of this shape.
    fn decode_state(payload: &[u8]) -> Result<Self, CodecError>;
}

#[diagnostic::do_not_recommend]
impl<A: Serialize + DeserializeOwned> SnapshotState for A {
    fn encode_state(&self) -> Result<Bytes, CodecError> {
        encoded(|buffer| Json::encode(self, buffer))
    }

    fn decode_state(payload: &[u8]) -> Result<Self, CodecError> {
        Json::decode(payload)
    }
}
