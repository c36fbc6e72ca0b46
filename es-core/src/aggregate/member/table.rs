/// The events that one type of member has handlers for, and those of the members inside it.
#[derive(Debug, Clone, Copy)]
pub struct MemberTable {
    /// The stored names of its own.
    pub names: &'static [&'static str],
    /// The tables of the members inside it.
    pub inner: &'static [Self],
}
