use std::collections::{BTreeMap, HashMap};
use std::hash::{BuildHasher, Hash};
use std::marker::PhantomData;

use super::Member;

/// The type of a `#[member]` field.
#[diagnostic::on_unimplemented(
    message = "`{Self}` holds no members",
    label = "not a member, nor an `Option`, `Vec` or map of them",
    note = "a `#[member]` field is a type with `#[aggregate_member]`, an `Option` or `Vec` of it, or a `BTreeMap` or `HashMap` from its key",
    note = "a map has the type of the member's own key, that of the field which `key = ..` of its `#[aggregate_member]` names; a member without `key = ..` stands in no map"
)]
pub trait Members {
    /// What it holds.
    type Member: Member;

    /// The first member with this key.
    fn find(&self, key: &<Self::Member as Member>::Key) -> Option<&Self::Member>;

    /// Visits the members with this key, or all of them.
    fn each(
        &mut self,
        key: Option<&<Self::Member as Member>::Key>,
        visit: &mut dyn FnMut(&mut Self::Member),
    );
}

/// Asks whether a field holds members.
pub const fn holds_members<C: Members>() {}

/// Finds the members in a field; see [`Decide`](crate::__private::Decide) for how.
pub struct MembersOf<C>(PhantomData<C>);

impl<C: Members> MembersOf<C> {
    /// The first member with this key.
    pub fn find<'a>(held: &'a C, key: &<C::Member as Member>::Key) -> Option<&'a C::Member> {
        held.find(key)
    }

    /// Visits the members with this key, or all of them.
    pub fn each(
        held: &mut C,
        key: Option<&<C::Member as Member>::Key>,
        visit: &mut dyn FnMut(&mut C::Member),
    ) {
        held.each(key, visit);
    }
}

/// Stands in for [`MembersOf`] where a field holds none, which [`holds_members`] reports.
pub trait HoldsNone<C> {
    /// There is none.
    fn find<'a, M, K>(_held: &'a C, _key: &K) -> Option<&'a M> {
        None
    }

    /// There is none.
    fn each<M, K>(_held: &mut C, _key: Option<&K>, _visit: &mut dyn FnMut(&mut M)) {}
}

impl<C> HoldsNone<C> for MembersOf<C> {}

impl<M: Member> Members for M {
    type Member = M;

    fn find(&self, key: &M::Key) -> Option<&M> {
        (self.key() == key).then_some(self)
    }

    fn each(&mut self, key: Option<&M::Key>, visit: &mut dyn FnMut(&mut M)) {
        if key.is_none_or(|key| self.key() == key) {
            visit(self);
        }
    }
}

impl<M: Member> Members for Option<M> {
    type Member = M;

    fn find(&self, key: &M::Key) -> Option<&M> {
        self.as_ref().filter(|member| member.key() == key)
    }

    fn each(&mut self, key: Option<&M::Key>, visit: &mut dyn FnMut(&mut M)) {
        if let Some(member) = self {
            Members::each(member, key, visit);
        }
    }
}

impl<M: Member> Members for Vec<M> {
    type Member = M;

    fn find(&self, key: &M::Key) -> Option<&M> {
        self.iter().find(|member| member.key() == key)
    }

    fn each(&mut self, key: Option<&M::Key>, visit: &mut dyn FnMut(&mut M)) {
        for member in self {
            Members::each(member, key, visit);
        }
    }
}

impl<M: Member> Members for BTreeMap<M::Key, M>
where
    M::Key: Ord,
{
    type Member = M;

    fn find(&self, key: &M::Key) -> Option<&M> {
        self.get(key)
    }

    fn each(&mut self, key: Option<&M::Key>, visit: &mut dyn FnMut(&mut M)) {
        match key {
            Some(key) => self.get_mut(key).into_iter().for_each(visit),
            None => self.values_mut().for_each(visit),
        }
    }
}

impl<M: Member, S: BuildHasher> Members for HashMap<M::Key, M, S>
where
    M::Key: Hash,
{
    type Member = M;

    fn find(&self, key: &M::Key) -> Option<&M> {
        self.get(key)
    }

    fn each(&mut self, key: Option<&M::Key>, visit: &mut dyn FnMut(&mut M)) {
        match key {
            Some(key) => self.get_mut(key).into_iter().for_each(visit),
            None => self.values_mut().for_each(visit),
        }
    }
}
