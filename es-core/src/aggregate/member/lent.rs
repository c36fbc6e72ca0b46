use std::ops::Deref;

use super::Member;
use super::place::find_member;
use crate::aggregate::{EventOf, Slot};

/// A member's place: there, or not yet, or not any more.
///
/// A handler that may create the member, or that removes it, takes `line: &mut MemberSlot<Self>`.
// It owns the aggregate for as long as it is lent: a lifetime in its type could not be left out of
// the signature of an `async fn`.
pub struct MemberSlot<M: Member> {
    aggregate: Slot<M::Root>,
    route: M::Route,
}

/// A member that exists, with which a handler works step by step: read through `Deref`, changed
/// through [`MemberRoot::apply`] only.
pub struct MemberRoot<M: Member> {
    place: MemberSlot<M>,
}

impl<M: Member> MemberSlot<M> {
    /// The member, if it exists.
    #[must_use]
    pub fn get(&self) -> Option<&M> {
        find_member(self.aggregate.get()?, &self.route).ok()
    }

    /// The aggregate around it.
    #[must_use]
    pub fn aggregate(&self) -> Option<&M::Root> {
        self.aggregate.get()
    }

    /// Applies an event to the aggregate and to its members; see [`Root::apply`].
    ///
    /// [`Root::apply`]: crate::aggregate::Root::apply
    pub fn apply<E: EventOf<M::Root>>(&mut self, event: E) -> &mut Self {
        self.aggregate.apply(event);
        self
    }
}

impl<M: Member> MemberRoot<M> {
    /// Applies an event to the aggregate and to its members; see [`Root::apply`].
    ///
    /// [`Root::apply`]: crate::aggregate::Root::apply
    pub fn apply<E: EventOf<M::Root>>(&mut self, event: E) -> &mut Self {
        self.place.apply(event);
        self
    }

    /// The aggregate around it.
    #[must_use]
    pub fn aggregate(&self) -> Option<&M::Root> {
        self.place.aggregate()
    }
}

impl<M: Member> Deref for MemberRoot<M> {
    type Target = M;

    /// # Panics
    /// An event that the handler applied has removed the member; `MemberSlot` can look.
    #[expect(clippy::panic, reason = "like an index: the handler's own mistake, and its own end")]
    fn deref(&self) -> &M {
        self.place.get().unwrap_or_else(|| {
            panic!(
                "an event that was applied has removed the `{}`; take `&mut MemberSlot<Self>` to \
                 look afterwards",
                M::NAME
            )
        })
    }
}

/// A member while it is lent to its handler; generated code holds it.
pub struct LentMember<'a, M: Member> {
    home: &'a mut Slot<M::Root>,
    member: MemberRoot<M>,
}

impl<'a, M: Member> LentMember<'a, M> {
    /// Takes the aggregate for as long as the member is lent.
    pub(crate) fn lend(home: &'a mut Slot<M::Root>, route: M::Route) -> Self {
        let aggregate = std::mem::take(home);
        Self { home, member: MemberRoot { place: MemberSlot { aggregate, route } } }
    }

    /// The member.
    pub fn as_root(&mut self) -> &mut MemberRoot<M> {
        &mut self.member
    }

    /// Its place.
    pub fn as_slot(&mut self) -> &mut MemberSlot<M> {
        &mut self.member.place
    }
}

// Also after a panic, and when the handler's future is dropped: what was applied is seen then, and
// undone.
impl<M: Member> Drop for LentMember<'_, M> {
    fn drop(&mut self) {
        std::mem::swap(self.home, &mut self.member.place.aggregate);
    }
}
