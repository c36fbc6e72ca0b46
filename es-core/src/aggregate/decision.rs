use std::convert::Infallible;

use super::{Aggregate, EventOf, Events};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::command::{DomainError, HandlerError, Recorded, Refusal, Reply};
use crate::event::Event;

/// What a deciding handler returns: events, or a `Result` of them; works through type aliases.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a set of events of `{A}`",
    label = "not events of `{A}`, nor a `Result` of them",
    note = "a handler that replies takes `&mut Root<Self>`"
)]
pub trait Decision<A: Aggregate> {
    /// The domain's error; `Infallible` without `Result`.
    type Error: DomainError;
    /// The events.
    type Events: Events<A>;

    /// Takes the two apart.
    ///
    /// # Errors
    /// The handler refused, or a resource failed.
    fn split(self) -> Result<Self::Events, Refusal<Self::Error>>;
}

/// What a handler on `Root` or `Slot` returns: `Result<Reply, Error>` or nothing.
// No blanket over plain `T`: an alias of `Result` would then commit its errors.
#[diagnostic::on_unimplemented(
    message = "a handler on `Root` returns `Result<Reply, Error>` or nothing, not `{Self}`",
    label = "neither `Result` nor `()`",
    note = "if it is an event, hand it to `apply` and return nothing; if it is a reply, write `Result<{Self}, Infallible>`"
)]
pub trait Returned {
    /// The reply.
    type Reply: Reply;
    /// The domain's error.
    type Error: DomainError;

    /// Takes the two apart.
    ///
    /// # Errors
    /// The handler refused, or a resource failed.
    fn split(self) -> Result<Self::Reply, Refusal<Self::Error>>;
}

impl<A: Aggregate, T: Events<A>, X: DomainError> Decision<A> for Result<T, X> {
    type Error = X;
    type Events = T;

    fn split(self) -> Result<T, Refusal<X>> {
        self.map_err(Refusal::Rejected)
    }
}

impl<A: Aggregate, T: Events<A>, X: DomainError> Decision<A> for Result<T, HandlerError<X>> {
    type Error = X;
    type Events = T;

    fn split(self) -> Result<T, Refusal<X>> {
        self.map_err(Refusal::from)
    }
}

macro_rules! infallible {
    ($([$($generics:tt)*] $type:ty;)*) => { $(
        impl<A: Aggregate, $($generics)*> Decision<A> for $type {
            type Error = Infallible;
            type Events = Self;

            fn split(self) -> Result<Self, Refusal<Infallible>> {
                Ok(self)
            }
        }
    )* };
}

infallible! {
    [E: Event + EventOf<A>] E;
    [] ();
    [T: Events<A>] Option<T>;
    [T: Events<A>] Vec<T>;
    [T: Events<A>, const N: usize] [T; N];
}

impl Returned for () {
    type Reply = ();
    type Error = Infallible;

    fn split(self) -> Result<(), Refusal<Infallible>> {
        Ok(())
    }
}

impl<R: Reply, X: DomainError> Returned for Result<R, X> {
    type Reply = R;
    type Error = X;

    fn split(self) -> Result<R, Refusal<X>> {
        self.map_err(Refusal::Rejected)
    }
}

impl<R: Reply, X> Returned for Result<R, Recorded<X>>
where
    X: DomainError + Serialize + DeserializeOwned,
{
    type Reply = R;
    type Error = X;

    fn split(self) -> Result<R, Refusal<X>> {
        self.map_err(|Recorded(error)| Refusal::Recorded(error))
    }
}

impl<R: Reply, X: DomainError> Returned for Result<R, HandlerError<X>> {
    type Reply = R;
    type Error = X;

    fn split(self) -> Result<R, Refusal<X>> {
        self.map_err(Refusal::from)
    }
}
