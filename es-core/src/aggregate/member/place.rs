//! The way to a member: by its parent, and from there by its key; generated code calls these.

use super::{HasMember, Member, MissingMember};

/// Finds a member by way of its parent.
///
/// # Errors
/// It, or a member around it, is not there.
pub fn find_member<'a, M: Member>(
    root: &'a M::Root,
    route: &M::Route,
) -> Result<&'a M, MissingMember> {
    let key = M::last(route);
    M::parent(root, route)?.member(key).ok_or_else(|| MissingMember::of::<M>(key))
}

/// Visits the members on a route by way of their parents, or all of them.
pub fn each_member<M: Member>(
    root: &mut M::Root,
    route: Option<&M::Route>,
    visit: &mut dyn FnMut(&mut M),
) {
    M::each_parent(root, route, &mut |parent| parent.each_member(route.map(M::last), visit));
}
