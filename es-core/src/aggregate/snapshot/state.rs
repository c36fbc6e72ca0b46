/// A type inside an aggregate's state whose shape counts for the snapshots of the aggregate.
///
/// Written by `#[derive(State)]`. Without it the aggregate's hash sees the type's name only, and
/// snapshots from before a change of the type are decoded as if nothing had changed.
pub trait State {
    /// The hash of the type's definition and of the types in it.
    const HASH: u64;
}
