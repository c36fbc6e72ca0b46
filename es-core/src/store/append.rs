use std::borrow::Cow;
use std::sync::Arc;

use bytes::Bytes;
use smallvec::SmallVec;

use super::{BatchFate, CommitToken, Criteria, Marker};
use crate::event::{
    Codec, CodecError, CommandId, Event, EventId, Metadata, Partition, Position, RecordedEvent,
    Sequence, StreamId, Tag, Tags, Tenant, Timestamp, encoded,
};
use crate::fault::Fault;

/// One batch: stored whole or not at all.
#[derive(Debug, Default)]
pub struct Append {
    /// The tenant of events without a stream and of the command id.
    pub tenant: Tenant,
    /// The events, in the order of `apply` across all streams.
    pub events: Vec<NewEvent>,
    /// What the streams must look like, also streams that were only read. A stream that is
    /// written without an expectation is appended to as it is.
    // Nearly every batch has exactly one: that one takes no allocation.
    pub expectations: SmallVec<[Expectation; 1]>,
    /// Consistency conditions over tags and names, each with a marker of its own.
    pub conditions: Vec<Condition>,
    /// Deadlines of aggregates set or cancelled by this batch.
    pub deadlines: Vec<DeadlineChange>,
    /// The command to remember, with its answer.
    pub command: Option<RememberedCommand>,
    /// The id of a command that has nothing to be remembered by: the batch is refused as
    /// [`CommandStored`](super::AppendError::CommandStored) if that id is remembered. Of no
    /// meaning beside `command`, whose id is judged so in any case.
    pub unless_stored: Option<CommandId>,
    /// The batches this one was decided on and that were not durable then.
    pub decided_on: Vec<BatchFate>,
    /// This batch's own fate, for those that will be decided on it.
    pub fate: BatchFate,
}

impl Append {
    /// True if the batch would store nothing: it only asks whether its expectations hold.
    #[must_use]
    pub fn stores_nothing(&self) -> bool {
        self.events.is_empty() && self.deadlines.is_empty() && self.command.is_none()
    }

    /// The command id that must not be remembered yet, if there is one.
    #[must_use]
    pub fn new_command_id(&self) -> Option<CommandId> {
        self.command.as_ref().map(|command| command.id).or(self.unless_stored)
    }
}

/// An event that is not stored yet.
#[derive(Debug, Clone)]
pub struct NewEvent {
    /// Its id.
    pub id: EventId,
    /// The stream it extends, or none.
    pub stream: Option<StreamId>,
    /// The stored name.
    pub name: Cow<'static, str>,
    /// The revision of the payload's shape.
    pub revision: u32,
    /// The encoded payload.
    pub payload: Bytes,
    /// What travels with it.
    pub metadata: Metadata,
    /// Its tags, each of at most [`MAX_TAG_BYTES`](crate::event::MAX_TAG_BYTES); the store adds
    /// the aggregate's own id from the stream.
    pub tags: Vec<Tag>,
}

/// What a batch expects of one stream.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Expectation {
    /// The stream.
    pub stream: StreamId,
    /// What it must look like.
    pub expected: Expected,
}

/// The state a stream must be in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Expected {
    /// Whatever it is.
    Any,
    /// It has no event.
    NoStream,
    /// Its last event has exactly this sequence.
    Exact(Sequence),
}

/// "Nothing that matches was stored after the marker."
#[derive(Debug, Clone)]
pub struct Condition {
    /// What would break the decision.
    pub criteria: Criteria,
    /// The marker that came with the events the decision was made on.
    pub after: Marker,
}

/// A change to an aggregate's deadlines, stored with the batch.
#[derive(Debug, Clone)]
pub enum DeadlineChange {
    /// Sets or moves a deadline.
    Set {
        /// The aggregate it belongs to.
        stream: StreamId,
        /// Its name.
        name: Cow<'static, str>,
        /// When it is due.
        due: Timestamp,
        /// The encoded payload of its handler.
        payload: Bytes,
    },
    /// Cancels a deadline if it is set.
    Cancel {
        /// The aggregate it belongs to.
        stream: StreamId,
        /// Its name.
        name: Cow<'static, str>,
    },
}

/// A command that stored something, with its first answer.
#[derive(Debug, Clone, PartialEq)]
pub struct RememberedCommand {
    /// The command's id.
    pub id: CommandId,
    /// The command's stored name.
    pub name: Cow<'static, str>,
    /// Its target.
    pub target: Option<StreamId>,
    /// The encoded reply, or the error that refused and stored events all the same.
    pub reply: Bytes,
    /// True if the answer is such an error.
    pub is_rejection: bool,
    /// True if the id came from outside; such ids are remembered longer.
    pub from_outside: bool,
    /// Where its events went; the store fills it in.
    pub token: CommitToken,
}

#[cfg(debug_assertions)]
fn unreadable(name: &str, error: &CodecError) -> Fault {
    Fault::defect(format!(
        "event `{name}` can be encoded but not read back: {error}; mend its `Serialize` or its \
         `Deserialize`"
    ))
}

/// An event of any type, on its way into the log.
// One vtable per event: all else is compiled once, not per event.
pub(crate) trait AnyEvent {
    fn name(&self) -> &'static str;
    fn revision(&self) -> u32;
    fn tags(&self, tags: &mut Tags);
    fn encode(&self, buffer: &mut Vec<u8>) -> Result<(), CodecError>;
    /// What the event says to its own stored form.
    #[cfg(debug_assertions)]
    fn read_back(&self, payload: &[u8]) -> Result<(), CodecError>;
}

impl<E: Event> AnyEvent for E {
    fn name(&self) -> &'static str {
        E::NAME
    }

    fn revision(&self) -> u32 {
        E::REVISION
    }

    fn tags(&self, tags: &mut Tags) {
        Event::tags(self, tags);
    }

    fn encode(&self, buffer: &mut Vec<u8>) -> Result<(), CodecError> {
        E::Codec::encode(self, buffer)
    }

    #[cfg(debug_assertions)]
    fn read_back(&self, payload: &[u8]) -> Result<(), CodecError> {
        E::decode(E::REVISION, payload).map(drop)
    }
}

impl NewEvent {
    /// An event without a stream, in its stored form.
    ///
    /// # Errors
    /// It cannot be encoded, or, where debug assertions are on, not be read back.
    pub(crate) fn of(event: &dyn AnyEvent, id: EventId, metadata: Metadata) -> Result<Self, Fault> {
        let (name, revision) = (event.name(), event.revision());
        let mut tags = Tags::default();
        event.tags(&mut tags);
        let payload = encoded(|buffer| event.encode(buffer)).map_err(|error| {
            Fault::defect(format!(
                "event `{name}` cannot be encoded: {error}; mend its `Serialize`"
            ))
        })?;
        // What cannot be read back would stop its stream for ever, and the live state hides it.
        #[cfg(debug_assertions)]
        event.read_back(&payload).map_err(|error| unreadable(name, &error))?;
        let (stream, name, tags) = (None, Cow::Borrowed(name), tags.into_vec());
        Ok(Self { id, stream, name, revision, payload, metadata, tags })
    }

    /// The stream's tenant, if the event has a stream.
    #[must_use]
    pub fn tenant(&self) -> Option<&Tenant> {
        self.stream.as_ref().map(StreamId::tenant)
    }

    /// All tags that are stored with the event: its own, and (aggregate name, id) of its stream.
    #[must_use]
    pub fn all_tags(&self) -> Vec<Tag> {
        let own =
            self.stream.as_ref().map(|stream| Tag::new(stream.aggregate().to_owned(), stream.id()));
        let others = self.tags.iter().filter(|tag| Some(*tag) != own.as_ref()).cloned();
        own.iter().cloned().chain(others).collect()
    }

    /// The event as a reader will see it, without what the log gives it: position and time.
    pub(crate) fn unrecorded(&self, tenant: &Tenant, sequence: Option<Sequence>) -> RecordedEvent {
        RecordedEvent {
            partition: Partition::default(),
            position: Position::default(),
            id: self.id,
            tenant: tenant.clone(),
            stream: self.stream.clone().zip(sequence),
            name: Arc::from(&*self.name),
            revision: self.revision,
            payload: self.payload.clone(),
            metadata: self.metadata.clone(),
            recorded_at: Timestamp::from_microseconds(0),
        }
    }
}
