use std::convert::Infallible;

use super::{DomainError, HandlerError};
use crate::event::Event;

/// What a deciding handler returns, taken apart whatever its events are: so that an alias of a
/// `Result` tells its error also where its events are none of the aggregate.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is neither a set of events nor a `Result` of them",
    label = "not what a handler that decides returns",
    note = "return `()`, an event, an `Option`, `Vec`, array or tuple of events, or a `Result` of these"
)]
pub trait Peeled {
    /// The events.
    type Ok;
    /// The domain's error; `Infallible` without `Result`.
    type Error: DomainError;
}

impl<T, X: DomainError> Peeled for Result<T, X> {
    type Ok = T;
    type Error = X;
}

impl<T, X: DomainError> Peeled for Result<T, HandlerError<X>> {
    type Ok = T;
    type Error = X;
}

macro_rules! infallible {
    ($([$($generics:tt)*] $type:ty;)*) => { $(
        impl<$($generics)*> Peeled for $type {
            type Ok = Self;
            type Error = Infallible;
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
