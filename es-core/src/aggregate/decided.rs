use super::member::MemberEventOf;
use super::{Aggregate, EventOf, Events};
use crate::event::Event;

/// Asks for the event-sourcing handler of a type that a command handler returns as an event.
///
/// What is no event at all gets another answer, from [`NotDecided`]; see
/// [`Decide`](crate::__private::Decide) for how.
pub struct Decided<E>(std::marker::PhantomData<E>);

impl<E: Event> Decided<E> {
    /// Asks for that of the aggregate.
    pub fn by<A: Aggregate>()
    where
        E: EventOf<A>,
    {
    }

    /// The same of a type that may be a set of events.
    pub fn in_set<A: Aggregate>()
    where
        E: EventOf<A>,
    {
    }

    /// Asks for that of the aggregate around a member.
    pub fn by_member<A: Aggregate>()
    where
        E: MemberEventOf<A>,
    {
    }
}

/// Stands in for [`Decided`] where the type is no event.
pub trait NotDecided<E> {
    /// Asks for an event.
    fn by<A: Aggregate>()
    where
        E: ReturnedEvent<A>,
    {
    }

    /// Asks for a set of events.
    fn in_set<A: Aggregate>()
    where
        E: Events<A>,
    {
    }

    /// Asks for an event.
    fn by_member<A: Aggregate>()
    where
        E: ReturnedMemberEvent<A>,
    {
    }
}

impl<E> NotDecided<E> for Decided<E> {}

/// What a handler of the aggregate returns where it does not apply its events itself.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not an event, and this handler returns the events of `{A}`",
    label = "not an event",
    note = "a handler on `&self`, on `Option<&Self>` or without a receiver returns `()`, an event, an `Option`, `Vec`, array or tuple of events, or a `Result` of these",
    note = "to reply with `{Self}`, take `state: &mut Root<Self>` in place of `&self`, or `&mut Slot<Self>` to create, apply the events there, and return `Result<{Self}, Error>`",
    note = "if it is to be an event, add `#[derive(Event)]` to it"
)]
pub trait ReturnedEvent<A> {}

#[diagnostic::do_not_recommend]
impl<A: Aggregate, E: EventOf<A>> ReturnedEvent<A> for E {}

/// The same for a handler of a member.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not an event, and this handler returns the events of `{A}`",
    label = "not an event",
    note = "a handler on `&self`, on `Option<&Self>` or without a receiver returns `()`, an event, an `Option`, `Vec`, array or tuple of events, or a `Result` of these",
    note = "to reply with `{Self}`, take `state: &mut MemberRoot<Self>` in place of `&self`, or `&mut MemberSlot<Self>` to create, apply the events there, and return `Result<{Self}, Error>`",
    note = "if it is to be an event, add `#[derive(Event)]` to it"
)]
pub trait ReturnedMemberEvent<A> {}

#[diagnostic::do_not_recommend]
impl<A: Aggregate, E: EventOf<A>> ReturnedMemberEvent<A> for E {}
