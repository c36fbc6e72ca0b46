//! What generated code asks about an aggregate's events while it is compiled, and the hashes that
//! snapshots are held against.

use super::{EventDescription, MemberTable, ReplayError, Returned, State};
use crate::event::{
    Event, Fragments, Leaves, Lineage, RecordedEvent, Upcast, is_one_of, is_same_name,
};

/// Finds the hash of a type in an aggregate's state, and takes 0 for a type without one; see
/// [`Decide`](crate::__private::Decide) for how.
pub struct StateOf<T: ?Sized>(std::marker::PhantomData<T>);

impl<T: State + ?Sized> StateOf<T> {
    /// The hash.
    pub const HASH: u64 = T::HASH;
}

/// Stands in for [`StateOf::HASH`] where the type has none.
pub trait NoState {
    /// Nothing is known of the type but its name, which is in the definition that names it.
    const HASH: u64 = 0;
}

impl<T: ?Sized> NoState for StateOf<T> {}

/// Mixes the hash of a definition with those of what it uses.
#[must_use]
pub const fn state_hash(definition: u64, parts: &[u64]) -> u64 {
    let (mut hash, mut rest) = (definition, parts);
    while let [first, others @ ..] = rest {
        hash = (hash ^ *first).wrapping_mul(0x0100_0000_01b3).rotate_left(23);
        rest = others;
    }
    hash
}

/// What a type is known by as an event; see [`Decide`](crate::__private::Decide) for how.
///
/// A path through the trait itself would have rustc report again what the event's impl lacks.
pub struct Facts<E: ?Sized>(std::marker::PhantomData<E>);

impl<E: Event> Facts<E> {
    /// The stored name.
    pub const NAME: &'static str = E::NAME;
    /// The revision that is written.
    pub const REVISION: u32 = E::REVISION;
    /// What it was in the course of time.
    pub const LINEAGE: &'static Lineage = E::LINEAGE;
    /// Whether it is read as other events.
    pub const IS_UPCAST: bool = E::IS_UPCAST;
    /// The keys of its tags.
    pub const TAG_KEYS: Option<&'static [&'static str]> = E::TAG_KEYS;

    /// Decodes a row of it.
    ///
    /// # Errors
    /// See [`ReplayError::Undecodable`].
    pub fn decode(event: &RecordedEvent) -> Result<E, ReplayError> {
        match event.decode::<E>() {
            Ok(payload) => Ok(payload),
            Err(source) => Err(ReplayError::undecodable(event, source)),
        }
    }
}

/// Stands in for [`Facts`] where the type is no event, which is reported elsewhere.
pub trait NoFacts<E: ?Sized> {
    /// No event has this name.
    const NAME: &'static str = NO_EVENT;
    /// The first.
    const REVISION: u32 = 0;
    /// None.
    const LINEAGE: &'static Lineage = &Lineage::new(NO_EVENT, 0);
    /// Nothing is read as it.
    const IS_UPCAST: bool = false;
    /// They are not known.
    const TAG_KEYS: Option<&'static [&'static str]> = None;

    /// Is never run.
    ///
    /// # Errors
    /// Always.
    fn decode(event: &RecordedEvent) -> Result<E, ReplayError>
    where
        E: Sized,
    {
        Err(ReplayError::unknown(event))
    }
}

impl<E: ?Sized> NoFacts<E> for Facts<E> {}

const NO_EVENT: &str = "";

/// Whether a member has a handler for the event with this name.
#[must_use]
pub const fn is_evolved(tables: &[MemberTable], name: &str) -> bool {
    if is_same_name(name, NO_EVENT) {
        return true;
    }
    let mut tables = tables;
    while let [table, others @ ..] = tables {
        let mut names = table.names;
        while let [first, rest @ ..] = names {
            if is_same_name(first, name) {
                return true;
            }
            names = rest;
        }
        if is_evolved(table.inner, name) {
            return true;
        }
        tables = others;
    }
    false
}

/// Whether exactly one of the events has this stored name.
#[must_use]
pub const fn is_named_once(events: &[EventDescription], name: &str) -> bool {
    let mut rest = events;
    let mut found = 0;
    while let [first, others @ ..] = rest {
        if is_same_name(first.name, name) {
            found += 1;
        }
        rest = others;
    }
    found == 1 || is_same_name(name, NO_EVENT)
}

/// Whether one of the events is a later revision of this one.
#[must_use]
pub const fn is_revised(events: &[EventDescription], name: &str, revision: u32) -> bool {
    let mut rest = events;
    while let [first, others @ ..] = rest {
        if first.revision > revision && is_same_name(first.name, name) {
            return true;
        }
        rest = others;
    }
    false
}

/// Whether a name is that of one of the events, or of no event at all.
#[must_use]
pub const fn is_folded(events: &[EventDescription], name: &str) -> bool {
    let mut rest = events;
    while let [first, others @ ..] = rest {
        if is_same_name(first.name, name) {
            return true;
        }
        rest = others;
    }
    is_same_name(name, NO_EVENT)
}

/// Finds the events in a type, and none in one that is no set of events; see
/// [`Decide`](crate::__private::Decide) for how.
pub struct LeavesOf<T>(std::marker::PhantomData<T>);

impl<T: Fragments> LeavesOf<T> {
    /// The events.
    pub const LEAVES: Leaves = T::LEAVES;
}

/// Stands in for [`LeavesOf::LEAVES`] where its bound does not hold.
pub trait NoLeaves {
    /// There are none.
    const LEAVES: Leaves = Leaves::All(&[]);
}

impl<T> NoLeaves for LeavesOf<T> {}

/// The same for the reply in what a handler returns.
pub struct LeavesOfReply<T>(std::marker::PhantomData<T>);

impl<T: Returned<Reply: Fragments>> LeavesOfReply<T> {
    /// The events.
    pub const LEAVES: Leaves = T::Reply::LEAVES;
}

impl<T> NoLeaves for LeavesOfReply<T> {}

/// Finds the events that an earlier one became; see [`Decide`](crate::__private::Decide) for how.
pub struct Became<P>(std::marker::PhantomData<P>);

impl<P: Upcast> Became<P> {
    /// The events.
    pub const LEAVES: Option<Leaves> = Some(<P::Into as Fragments>::LEAVES);
}

/// Stands in for [`Became::LEAVES`] where its bound does not hold.
pub trait BecameNothing {
    /// It is reported elsewhere that there are none.
    const LEAVES: Option<Leaves> = None;
}

impl<P> BecameNothing for Became<P> {}

/// Whether an event is among those that an earlier one became.
#[must_use]
pub const fn is_among(event: &Lineage, became: Option<Leaves>) -> bool {
    match became {
        Some(leaves) => leaves.contain(event),
        None => true,
    }
}

/// Whether the rows of an event lead to no other of the events.
#[must_use]
pub const fn is_read_once(events: &[EventDescription], event: &Lineage) -> bool {
    let mut rest = events;
    let mut found = 0;
    while let [first, others @ ..] = rest {
        if leads_to(event, first.lineage) {
            found += 1;
        }
        rest = others;
    }
    found == 1 || is_same_name(event.name, NO_EVENT)
}

const fn leads_to(event: &Lineage, other: &Lineage) -> bool {
    let mut leads = other.reads(event.name, event.revision);
    let mut names = event.renamed_from;
    while let [first, others @ ..] = names {
        leads |= other.reads(first, event.revision);
        names = others;
    }
    leads
}

/// Whether an earlier event knows all these names too.
#[must_use]
pub const fn knows_names(earlier: &Lineage, names: &[&str]) -> bool {
    let mut rest = names;
    while let [first, others @ ..] = rest {
        if !is_one_of(first, earlier.renamed_from) {
            return false;
        }
        rest = others;
    }
    true
}

/// Whether rows under a name are read as one of the events whatever their revision is.
#[must_use]
pub const fn is_named(events: &[EventDescription], name: &str) -> bool {
    let mut rest = events;
    while let [first, others @ ..] = rest {
        if is_same_name(first.name, name) || is_one_of(name, first.lineage.renamed_from) {
            return true;
        }
        rest = others;
    }
    false
}
