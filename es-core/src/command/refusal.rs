use super::DomainError;
use crate::fault::Fault;

/// The error of a handler that can both refuse and meet a fault: `?` works on either.
///
/// `Err(error)` of the domain becomes a rejection; a [`Fault`] becomes a fault. It does not
/// implement [`std::error::Error`], which is what keeps the two conversions apart.
#[derive(Debug)]
pub enum HandlerError<E> {
    /// The domain refuses.
    Rejected(E),
    /// The infrastructure failed.
    Fault(Fault),
}

impl<E: DomainError> From<E> for HandlerError<E> {
    fn from(error: E) -> Self {
        Self::Rejected(error)
    }
}

impl<E> From<Fault> for HandlerError<E> {
    fn from(fault: Fault) -> Self {
        Self::Fault(fault)
    }
}

/// Why one run of a handler came to nothing.
#[derive(Debug)]
#[non_exhaustive]
pub enum Refusal<E> {
    /// The domain refuses.
    Rejected(E),
    /// There is no aggregate with this id.
    NotFound,
    /// There is one already.
    AlreadyExists,
    /// It was deleted.
    Deleted,
    /// The infrastructure failed.
    Fault(Fault),
}

impl<E> From<HandlerError<E>> for Refusal<E> {
    fn from(error: HandlerError<E>) -> Self {
        match error {
            HandlerError::Rejected(error) => Self::Rejected(error),
            HandlerError::Fault(fault) => Self::Fault(fault),
        }
    }
}

impl<E> From<Fault> for Refusal<E> {
    fn from(fault: Fault) -> Self {
        Self::Fault(fault)
    }
}
