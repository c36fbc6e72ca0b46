use crate::event::Sequence;

/// What a `#[target_version]` field holds; generated code reads it.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no version of an aggregate",
    label = "not a version",
    note = "a `#[target_version]` field is a `Sequence`, or an `Option<Sequence>` where a sender may leave it open"
)]
pub trait TargetVersion {
    /// The version that the sender saw, if it says.
    fn version(&self) -> Option<Sequence>;
}

impl TargetVersion for Sequence {
    fn version(&self) -> Option<Sequence> {
        Some(*self)
    }
}

impl TargetVersion for Option<Sequence> {
    fn version(&self) -> Option<Sequence> {
        *self
    }
}
