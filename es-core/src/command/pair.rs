//! A creating and an instance handler of one command, answering as one.

use std::convert::Infallible;

use super::Refusal;

/// The reply of a pair's second handler, where it is that of the first.
#[diagnostic::on_unimplemented(
    message = "the two handlers of a command reply differently: `{First}` and `{Self}`",
    label = "the other handler replies `{First}`",
    note = "a handler that returns events replies `()`; give both handlers the same reply"
)]
pub trait SameReply<First> {
    /// Is the other type.
    fn same(self) -> First;
}

#[diagnostic::do_not_recommend]
impl<R> SameReply<R> for R {
    fn same(self) -> R {
        self
    }
}

/// The error of a pair's second handler, where it is that of the first.
#[diagnostic::on_unimplemented(
    message = "the two handlers of a command refuse differently: with `{First}` and `{Self}`",
    label = "the other handler refuses with `{First}`",
    note = "give both handlers the same error; one that cannot fail returns no `Result`"
)]
pub trait SameError<First> {
    /// Is the other type.
    fn same(self) -> First;
}

#[diagnostic::do_not_recommend]
impl<X> SameError<X> for X {
    fn same(self) -> X {
        self
    }
}

/// Gives the answer of a pair's second handler as that of the pair; generated code calls it.
///
/// # Errors
/// The handler's own.
pub fn paired<R, X, FirstReply, FirstError>(
    answer: Result<R, Refusal<X>>,
) -> Result<FirstReply, Refusal<FirstError>>
where
    R: SameReply<FirstReply>,
    X: SameError<FirstError>,
{
    match answer {
        Ok(reply) => Ok(reply.same()),
        Err(refusal) => Err(refusal.map(X::same)),
    }
}

/// Gives the answer of a handler that cannot fail as that of its pair; generated code calls it.
///
/// # Errors
/// What no handler decides: the aggregate's existence, a fault.
pub fn never_rejected<R, X, FirstReply>(
    answer: Result<R, Refusal<Infallible>>,
) -> Result<FirstReply, Refusal<X>>
where
    R: SameReply<FirstReply>,
{
    match answer {
        Ok(reply) => Ok(reply.same()),
        Err(refusal) => Err(refusal.map(|never| match never {})),
    }
}
