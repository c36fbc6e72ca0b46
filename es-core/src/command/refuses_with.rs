use std::convert::Infallible;

use super::DomainError;
use crate::fault::Fault;
use crate::unit::RepositoryError;

/// What a handler refuses with whose error has the name `Fault` or `RepositoryError`: that error,
/// where it is one of the domain.
pub trait RefusesWith {
    /// The domain's error.
    type Error: DomainError;
}

impl<E: DomainError> RefusesWith for E {
    type Error = E;
}

// These are none, which `is_refusal` reports; nothing else should.
impl RefusesWith for Fault {
    type Error = Infallible;
}

impl RefusesWith for RepositoryError {
    type Error = Infallible;
}

/// "This is an error of the domain."
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no error of the domain, and a command handler refuses with one",
    label = "not an error of the domain",
    note = "return `Result<_, HandlerError<E>>`, into which `?` converts it; `E` is the domain's error, `Infallible` if it never refuses"
)]
pub trait IsRefusal {}

#[diagnostic::do_not_recommend]
impl<E: DomainError> IsRefusal for E {}

/// Asks for it.
pub const fn is_refusal<E: IsRefusal>() {}

/// Asks for [`DomainError`].
pub const fn is_domain_error<E: DomainError>() {}
