use std::convert::Infallible;

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::command::{DomainError, HandlerError, Recorded, Refusal, Reply};
use crate::event::Event;

/// What a deciding handler returns: events, or a `Result` of them; works through type aliases.
///
/// Whose events they are is asked apart, of [`Events`](super::Events): so an alias of a `Result`
/// tells its error also where its events are none of the aggregate.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is neither a set of events nor a `Result` of them",
    label = "not what a handler that decides returns",
    note = "return `()`, an event, an `Option`, `Vec`, array or tuple of events, or a `Result` of these with a domain error"
)]
pub trait Decision {
    /// The domain's error; `Infallible` without `Result`.
    type Error: DomainError;
    /// The events.
    type Events;

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

impl<T, X: DomainError> Decision for Result<T, X> {
    type Error = X;
    type Events = T;

    fn split(self) -> Result<T, Refusal<X>> {
        self.map_err(Refusal::Rejected)
    }
}

impl<T, X: DomainError> Decision for Result<T, HandlerError<X>> {
    type Error = X;
    type Events = T;

    fn split(self) -> Result<T, Refusal<X>> {
        self.map_err(Refusal::from)
    }
}

macro_rules! infallible {
    ($([$($generics:tt)*] $type:ty;)*) => { $(
        impl<$($generics)*> Decision for $type {
            type Error = Infallible;
            type Events = Self;

            fn split(self) -> Result<Self, Refusal<Infallible>> {
                Ok(self)
            }
        }
    )* };
}

infallible! {
    [E: Event] E;
    [] ();
    [T] Option<T>;
    [T] Vec<T>;
    [T, const N: usize] [T; N];
    [T] (T,);
    [T, U] (T, U);
    [T, U, V] (T, U, V);
    [T, U, V, W] (T, U, V, W);
    [T, U, V, W, X] (T, U, V, W, X);
    [T, U, V, W, X, Y] (T, U, V, W, X, Y);
    [T, U, V, W, X, Y, Z] (T, U, V, W, X, Y, Z);
    [T, U, V, W, X, Y, Z, S] (T, U, V, W, X, Y, Z, S);
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
