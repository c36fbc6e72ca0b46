use std::collections::{BTreeMap, HashMap};
use std::hash::{BuildHasher, Hash};

use super::Member;

/// The type of a `#[member]` field.
#[diagnostic::on_unimplemented(
    message = "`{Self}` holds no members",
    label = "not a member, nor an `Option`, `Vec` or map of them",
    note = "a `#[member]` field is a type with `#[aggregate_member]`, an `Option` or `Vec` of it, or a `BTreeMap` or `HashMap` from its key"
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
