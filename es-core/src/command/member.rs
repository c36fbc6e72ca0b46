//! From a slot and a route to what the handler of a member sees; generated code calls these.

use super::Refusal;
use crate::aggregate::member::{LentMember, find_member};
use crate::aggregate::{HasMember, Member, MissingMember, Slot};

/// The member of a `&self` handler.
///
/// # Errors
/// The aggregate is missing or deleted, or has no such member.
pub fn member<'a, M: Member, X>(
    slot: &'a Slot<M::Root>,
    route: &M::Route,
) -> Result<&'a M, Refusal<X>> {
    Ok(find_member(slot.existing()?, route)?)
}

/// The member or none, of an `Option<&Self>` handler.
///
/// # Errors
/// The aggregate is missing or deleted, or has no such parent.
pub fn optional_member<'a, M: Member, X>(
    slot: &'a Slot<M::Root>,
    route: &M::Route,
) -> Result<Option<&'a M>, Refusal<X>> {
    let parent = M::parent(slot.existing()?, route)?;
    Ok(parent.member(M::last(route)))
}

/// The place of a handler that creates the member.
///
/// # Errors
/// The aggregate is missing or deleted, has no such parent, or has the member already.
pub fn vacant_member<M: Member, X>(
    slot: &Slot<M::Root>,
    route: &M::Route,
) -> Result<(), Refusal<X>> {
    match optional_member::<M, X>(slot, route)? {
        None => Ok(()),
        Some(_) => Err(Refusal::MemberExists {
            member: M::NAME,
            key: MissingMember::of::<M>(M::last(route)).key,
        }),
    }
}

/// Whether the member is there, which chooses between the two handlers of a pair.
#[must_use]
pub fn has_member<M: Member>(slot: &Slot<M::Root>, route: &M::Route) -> bool {
    slot.get().is_some_and(|root| find_member::<M>(root, route).is_ok())
}

/// Lends the member of a `&mut MemberRoot<Self>` handler.
///
/// # Errors
/// The aggregate is missing or deleted, or has no such member.
pub fn lent_root<M: Member, X>(
    home: &mut Slot<M::Root>,
    route: M::Route,
) -> Result<LentMember<'_, M>, Refusal<X>> {
    member::<M, X>(home, &route)?;
    Ok(LentMember::lend(home, route))
}

/// Lends the place of a `&mut MemberSlot<Self>` handler.
///
/// # Errors
/// The aggregate is missing or deleted, or has no such parent.
pub fn lent_slot<M: Member, X>(
    home: &mut Slot<M::Root>,
    route: M::Route,
) -> Result<LentMember<'_, M>, Refusal<X>> {
    optional_member::<M, X>(home, &route)?;
    Ok(LentMember::lend(home, route))
}

impl<X> From<MissingMember> for Refusal<X> {
    fn from(missing: MissingMember) -> Self {
        Self::MemberNotFound { member: missing.member, key: missing.key }
    }
}
