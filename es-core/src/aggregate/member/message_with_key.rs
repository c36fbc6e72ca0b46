use std::marker::PhantomData;
use std::ops::Deref;

/// A command or event of the member `M`, which says by one of its fields which member is meant: the
/// one that `key = ..` of the member names.
///
/// Generated code reads the field through it, so that the compiler names the member too where the
/// message has no such field.
pub struct MessageWithKeyOf<M, C> {
    message: C,
    member: PhantomData<fn() -> M>,
}

impl<M, C> MessageWithKeyOf<M, C> {
    /// Looks at a message.
    pub fn new(message: C) -> Self {
        Self { message, member: PhantomData }
    }
}

impl<M, C: Deref> Deref for MessageWithKeyOf<M, C> {
    type Target = C::Target;

    fn deref(&self) -> &C::Target {
        &self.message
    }
}
