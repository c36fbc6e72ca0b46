//! Events: what happened, and what every stored event carries.
//!
//! An event's identity is its stored name and revision, never a Rust path, so types can move and
//! be renamed in code without touching the log. A reader goes through three steps: raw rows, then
//! upcasting, then decoding. Upcasts between revisions are typed (`from = OrderCreatedV1`) and run
//! inside [`Event::decode`].

mod codec;
mod identity;
mod metadata;
mod recorded;
mod tag;
mod time;

pub(crate) use codec::encoded;
pub use codec::{Codec, CodecError, Json};
pub use identity::{
    CommandId, EventId, InvalidId, MAX_ID_BYTES, Partition, Position, Sequence, StreamId, Tenant,
};
pub use metadata::{Metadata, keys};
pub use recorded::RecordedEvent;
pub use tag::{Tag, TagValue, Tags};
pub use time::{Clock, StillClock, SystemClock, Timestamp};

use serde::Serialize;
use serde::de::DeserializeOwned;

/// A fact that is stored in the log. Written by `#[derive(Event)]`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not an event",
    label = "not an event",
    note = "add `#[derive(Event)]` to `{Self}`"
)]
pub trait Event: Serialize + DeserializeOwned + Send + Sync + 'static {
    /// The stored name. It stays the same when the type is renamed.
    const NAME: &'static str;

    /// The revision of the payload's shape, 0 the first.
    const REVISION: u32 = 0;

    /// How the payload is written.
    type Codec: Codec;

    /// Adds the event's `#[tag]` fields; the aggregate's own id is always a tag and is not among
    /// them.
    fn tags(&self, _tags: &mut Tags) {}

    /// Decodes a stored payload of this event's name, whatever its revision.
    ///
    /// The derive overrides it where `from = Earlier` is given: it decodes an earlier revision as
    /// `Earlier` and converts it with `From`.
    ///
    /// # Errors
    /// The payload does not have the shape of its revision, or the revision is unknown.
    fn decode(revision: u32, payload: &[u8]) -> Result<Self, CodecError> {
        if revision == Self::REVISION {
            Self::Codec::decode(payload)
        } else {
            Err(CodecError::unknown_revision(Self::NAME, revision, Self::REVISION))
        }
    }
}
