//! Events: what happened, and what every stored event carries.
//!
//! An event's identity is its stored name and revision, never a Rust path, so types can move and
//! be renamed in code without touching the log.
//!
//! A reader goes through three steps: raw rows, then upcasting, then decoding. A row of earlier
//! days may have become no event, one or several; all of them have its position, its sequence and
//! its id, and are handled together. What led where is known to the types: the [`Lineage`] of an
//! event goes back from what it is to everything it was, so a reader that knows an event knows the
//! names under which to look for it, and nothing has to be registered. Between revisions of one
//! event the way is typed (`from = OrderCreatedV1`) and runs inside [`Event::decode`]; where names
//! change or events were split, the row is written anew in memory and read like one of today.
//!
//! Rejected: upcasters on JSON trees, which nothing checks before the day on which an old row
//! comes; and a table of upcasters filled at link time, which a test without the crate would miss.

mod codec;
mod identity;
mod lineage;
mod metadata;
mod recorded;
mod tag;
mod time;
mod upcast;

pub(crate) use codec::encoded;
pub use codec::{Codec, CodecError, Json};
pub use identity::{
    CommandId, EventId, InvalidId, MAX_ID_BYTES, Partition, Position, Sequence, StreamId, Tenant,
};
pub(crate) use lineage::upcast;
pub use lineage::{Lineage, UpcastRow, Upcaster, is_one_of, is_same_name};
pub use metadata::{Metadata, keys};
pub use recorded::RecordedEvent;
pub use tag::{MAX_TAG_BYTES, Tag, TagValue, Tags};
pub use time::{Clock, StillClock, SystemClock, Timestamp};
pub use upcast::{Fragment, FragmentSink, Fragments, Leaves, Upcast};

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

    /// What it was in the course of time.
    const LINEAGE: &'static Lineage = &Lineage::new(Self::NAME, Self::REVISION);

    /// True if its rows are read as the events that it became, so that no handler sees it.
    const IS_UPCAST: bool = false;

    /// How the payload is written.
    type Codec: Codec;

    /// The keys of all tags that [`Event::tags`] may add, now or in earlier days; `None` where they
    /// are not known, for an event that is written by hand.
    const TAG_KEYS: Option<&'static [&'static str]> = None;

    /// Adds the event's `#[tag]` fields; the aggregate's own id is always a tag and is not among
    /// them.
    fn tags(&self, _tags: &mut Tags) {}

    /// Decodes a stored payload of this event's name: of its revision, or of one that leads to it.
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

/// The guide's page on upcasting; its code is compiled and run as documentation tests.
#[cfg(all(doctest, feature = "testing"))]
#[doc = include_str!("../../../docs/upcasting.md")]
pub struct Guide;
