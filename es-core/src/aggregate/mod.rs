//! Aggregates: state that is folded from events and changes through events alone.
//!
//! There is no half-empty state: a creating event-sourcing handler returns the first `Self`, and
//! [`Root`] always holds a state that exists. `Root` derefs immutably, so a command handler that
//! changes state outside an event-sourcing handler does not compile.
//!
//! Aggregates need no `Clone`. When a handler fails after it applied something, the live state is
//! dropped and folded again from the log.

mod cell;
pub(crate) mod checks;
pub(crate) mod decided;
mod decision;
mod error;
mod events;
mod history;
mod id;
pub(crate) mod member;
mod order;
mod pipeline;
mod read_only_repository;
mod replay;
mod root;
mod slot;
mod snapshot;
mod staging;
mod upcast;

pub(crate) use cell::{Cell, Cells, InFlight, Live, Turn};
pub use decision::{Decision, Returned};
pub use error::{LoadError, Place, ReplayError};
pub use events::{EventSink, Events};
pub use history::{History, Step};
pub use id::AggregateId;
pub use member::{
    Entity, HasMember, Member, MemberEvents, MemberKey, MemberRoot, MemberSlot, MemberTable,
    Members, MessageWithKeyOf, MissingMember, Unkeyed,
};
pub(crate) use order::Order;
pub(crate) use pipeline::Pipeline;
pub use read_only_repository::ReadOnlyRepository;
pub use replay::Replayed;
pub(crate) use replay::fold;
pub use root::Root;
pub use slot::Slot;
pub(crate) use snapshot::Snapshots;
pub use snapshot::{SnapshotPolicy, SnapshotState, State};
pub use staging::Staging;
pub(crate) use upcast::{decode_stored, fold_stored};

use crate::command::{CommandMessage, Veto};
use crate::event::{Event, Lineage, Metadata, RecordedEvent};
use crate::fault::Fault;

/// The guide's page on aggregates; its code is compiled and run as a documentation test.
#[cfg(doctest)]
#[doc = include_str!("../../../docs/aggregates.md")]
pub struct Guide;

/// A type whose state is folded from its events. Written by `#[aggregate]` on the struct.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not an aggregate",
    label = "not an aggregate",
    note = "add `#[aggregate]` to the struct and to its `impl` block; a member of an aggregate has `#[aggregate_member(of = ..)]` on both"
)]
pub trait Aggregate: EventSourced + Sized + Send + Sync + 'static {
    /// The stored name; with tenant and id it names the stream.
    const NAME: &'static str;

    /// When snapshots are taken; `None` without them.
    const SNAPSHOTS: Option<SnapshotPolicy<Self>> = None;

    /// The type of the `#[aggregate_identifier]` field.
    type Id: AggregateId;

    /// The value of the `#[aggregate_identifier]` field.
    fn id(&self) -> &Self::Id;
}

/// The event side of an aggregate. Written by `#[aggregate]` on the `impl` block that has the
/// event-sourcing handlers.
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no `#[event_sourcing_handler]`s",
    label = "nothing rebuilds this aggregate",
    note = "add `#[aggregate]` to the `impl {Self}` block with the event-sourcing handlers"
)]
pub trait EventSourced: Sized {
    /// The sibling enum of all events, for example `OrderEvent`.
    type Event: Send + 'static;

    /// The events there are, for the registry.
    const EVENTS: &'static [EventDescription];

    /// The hash of the event-sourcing handlers with their bodies, for snapshots.
    const LOGIC: u64 = 0;

    /// The stored names of events after which a snapshot is taken.
    const SNAPSHOT_AFTER: &'static [&'static str] = &[];

    /// Folds one event as it is stored today: a `match` on the name that calls [`Slot::fold`] with
    /// the type. Rows of earlier days are upcast before.
    ///
    /// # Errors
    /// [`ReplayError::UnknownEvent`] for a name that is neither handled nor ignored; otherwise
    /// what [`Slot::fold`] says.
    fn fold(slot: &mut Slot<Self>, event: &RecordedEvent) -> Result<(), ReplayError>;

    /// Runs the `#[command_interceptor]` methods before a command's handler, on a state that
    /// exists; what they add to `metadata` is stored with its events. `method` is the name of the
    /// one that runs, for whoever catches its panic.
    ///
    /// # Errors
    /// One of them stopped the command.
    fn intercept(
        &self,
        _message: &CommandMessage<'_>,
        _metadata: &mut Metadata,
        _method: &std::cell::Cell<&'static str>,
    ) -> Result<(), Veto> {
        Ok(())
    }

    /// Decodes one event as it is stored today into the sibling enum; `None` for ignored names.
    ///
    /// # Errors
    /// Unknown name, or a payload that does not decode.
    fn decode(event: &RecordedEvent) -> Result<Option<Self::Event>, ReplayError>;
}

/// One event of an aggregate as the registry sees it.
#[derive(Debug, Clone, Copy)]
pub struct EventDescription {
    /// The stored name.
    pub name: &'static str,
    /// The revision that is written.
    pub revision: u32,
    /// What it was in the course of time.
    pub lineage: &'static Lineage,
    /// The keys of its tags, where they are known.
    pub tag_keys: Option<&'static [&'static str]>,
    /// The handler's source line.
    pub line: u32,
}

/// "This event changes that aggregate." Written by `#[event_sourcing_handler]`: exactly one of the
/// two methods, by the handler's signature.
#[diagnostic::on_unimplemented(
    message = "`{A}` has no `#[event_sourcing_handler]` for event `{Self}`",
    label = "this event would change nothing when `{A}` is rebuilt",
    note = "add `#[event_sourcing_handler] fn on(&mut self, event: &{Self})` to the `#[aggregate] impl {A}` block"
)]
pub trait EventOf<A: Aggregate>: Event {
    /// True if the aggregate is deleted by this event (`mark_deleted`).
    const DELETES: bool = false;

    /// True if the handler builds the first state.
    const CREATES: bool = false;

    /// Builds the first state.
    ///
    /// # Errors
    /// The event's handler does not create.
    fn create(&self) -> Result<A, Fault> {
        Err(error::evolves_only(Self::NAME, A::NAME))
    }

    /// Changes a state that exists.
    ///
    /// # Errors
    /// The event's handler creates.
    fn evolve(&self, _state: &mut A) -> Result<(), Fault> {
        Err(error::creates_only(Self::NAME, A::NAME))
    }
}
