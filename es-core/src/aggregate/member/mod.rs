//! Members: entities that live inside an aggregate, with handlers of their own.
//!
//! A member has no stream: its commands target the aggregate, its events are the aggregate's, and
//! fields of the same name lead both to the right one. Neither macro sees the other's items, so the
//! struct's writes where members are ([`HasMember`]), the member's own what it does with events
//! ([`MemberEvents`]), and both meet here.

mod containers;
mod key;
mod lent;
mod message_with_key;
mod place;
mod table;

pub use containers::{HoldsNone, Members, MembersOf, holds_members};
pub use key::{MemberKey, Unkeyed};
pub use lent::{LentMember, MemberRoot, MemberSlot};
pub use message_with_key::MessageWithKeyOf;
pub use place::{each_member, find_member};
pub use table::MemberTable;

use std::any::Any;

use super::{Aggregate, EventOf};

/// What commands and events are for: an aggregate, or a member inside one. Written by
/// `#[aggregate]` and `#[aggregate_member]` on the struct.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is neither an aggregate nor a member of one",
    label = "not an aggregate",
    note = "add `#[aggregate]` to its struct, or `#[aggregate_member(of = ..)]` if it is a member itself"
)]
pub trait Entity: Sized + Send + Sync + 'static {
    /// The aggregate around it; itself for an aggregate.
    type Root: Send + Sync + 'static;

    /// The keys that lead to it, the innermost last; `()` for an aggregate.
    type Route: Clone + Send + Sync + 'static;

    /// The events that members inside it have handlers for.
    const MEMBERS: &'static [MemberTable] = &[];

    /// Finds it.
    ///
    /// # Errors
    /// It, or a member around it, is not there.
    fn find<'a>(root: &'a Self::Root, route: &Self::Route) -> Result<&'a Self, MissingMember>;

    /// Visits the ones on the route, or all of them.
    fn each(root: &mut Self::Root, route: Option<&Self::Route>, visit: &mut dyn FnMut(&mut Self));

    /// Hands an event to the members inside it, each before its own members.
    fn forward(_root: &mut Self::Root, _event: &dyn Any) {}
}

/// An entity inside an aggregate. Written by `#[aggregate_member]` on the struct.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no member of an aggregate",
    label = "not a member",
    note = "add `#[aggregate_member(of = ..)]` to the struct and to its `impl` block"
)]
pub trait Member: Entity<Root: Aggregate> {
    /// The type's name, for messages.
    const NAME: &'static str;

    /// The hash of the struct and of the types in it, for snapshots of the aggregate.
    const SHAPE: u64;

    /// The aggregate or member that has it in a `#[member]` field.
    type Parent: HasMember<Self>;

    /// The field that has its key; `None` without one.
    const KEY: Option<&'static str>;

    /// What tells it from its siblings.
    type Key: MemberKey;

    /// Its key.
    fn key(&self) -> &Self::Key;

    /// The last key of a route.
    fn last(route: &Self::Route) -> &Self::Key;

    /// Finds the parent on a route.
    ///
    /// # Errors
    /// The parent, or a member around it, is not there.
    fn parent<'a>(
        root: &'a Self::Root,
        route: &Self::Route,
    ) -> Result<&'a Self::Parent, MissingMember>;

    /// Visits the parents on a route, or all of them.
    fn each_parent(
        root: &mut Self::Root,
        route: Option<&Self::Route>,
        visit: &mut dyn FnMut(&mut Self::Parent),
    );
}

/// "It has members of that type." Written by the struct's macro for its `#[member]` fields.
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no member `{M}`",
    label = "has no `#[member]` field with `{M}`",
    note = "mark the field of `{Self}` that has it with `#[member]`"
)]
pub trait HasMember<M: Member> {
    /// The first member with this key.
    fn member(&self, key: &M::Key) -> Option<&M>;

    /// Visits the members with this key, or all of them.
    fn each_member(&mut self, key: Option<&M::Key>, visit: &mut dyn FnMut(&mut M));
}

/// What a member does with events. Written by `#[aggregate_member]` on the `impl` block that has
/// its event-sourcing handlers.
#[diagnostic::on_unimplemented(
    message = "member `{Self}` has no `#[event_sourcing_handler]`s",
    label = "nothing changes this member",
    note = "it needs an `impl {Self}` block with `#[aggregate_member(of = ..)]` and at least one `#[event_sourcing_handler]`"
)]
pub trait MemberEvents: Member {
    /// The stored names of the events.
    const NAMES: &'static [&'static str];

    /// The hash of the handlers with their bodies, for snapshots of the aggregate.
    const LOGIC: u64;

    /// Runs the handler of an event on the members that it is for; another event changes nothing.
    fn receive(root: &mut Self::Root, event: &dyn Any);
}

/// "The aggregate around that member knows this event."
#[diagnostic::on_unimplemented(
    message = "`{A}` does not know event `{Self}` of its member",
    label = "this event would not be found when `{A}` is loaded",
    note = "list it on the block with the event-sourcing handlers: `#[aggregate(member_events({Self}))] impl {A}`"
)]
pub trait MemberEventOf<A: Aggregate> {}

#[diagnostic::do_not_recommend]
impl<A: Aggregate, E: EventOf<A>> MemberEventOf<A> for E {}

/// A member that is not there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MissingMember {
    /// The member's type, for people.
    pub member: &'static str,
    /// The key that none has.
    pub key: String,
}

impl MissingMember {
    /// Tells which one is missing.
    #[must_use]
    pub fn of<M: Member>(key: &M::Key) -> Self {
        Self { member: M::NAME, key: key.text() }
    }
}
