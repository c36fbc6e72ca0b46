use super::super::AggregateId;

/// What tells a member from its siblings: any type that could identify an aggregate, too.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be the key of a member",
    label = "not a key",
    note = "use `String`, an integer, `Uuid`, or a newtype with `#[derive(AggregateId)]`"
)]
pub trait MemberKey: Clone + Eq + Send + Sync + 'static {
    /// The key as people read it.
    fn text(&self) -> String;
}

#[diagnostic::do_not_recommend]
impl<K: AggregateId> MemberKey for K {
    fn text(&self) -> String {
        self.to_text().into_owned()
    }
}

/// The key of a member that is the only one of its kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Unkeyed;

impl Unkeyed {
    /// The only value, where a reference is asked for.
    pub const ONE: &'static Self = &Self;
}

impl MemberKey for Unkeyed {
    fn text(&self) -> String {
        "the only one".to_owned()
    }
}
