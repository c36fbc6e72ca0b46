use std::error::Error;

use super::DomainError;

/// A domain error whose type is not known here: `dispatch` and `named` give it, and interceptors
/// see it.
#[derive(Debug, thiserror::Error)]
#[error(transparent)]
pub struct Rejection(Box<dyn Error + Send + Sync>);

impl Rejection {
    /// Hides the type of a domain error.
    pub fn new(error: impl DomainError) -> Self {
        Self(Box::new(error))
    }

    /// The domain's error, if it is an `E`.
    #[must_use]
    pub fn downcast_ref<E: DomainError>(&self) -> Option<&E> {
        self.0.downcast_ref()
    }

    /// Gives the domain's error, if it is an `E`.
    ///
    /// # Errors
    /// The rejection itself, if it is another one.
    pub fn downcast<E: DomainError>(self) -> Result<E, Self> {
        self.0.downcast().map(|error| *error).map_err(Self)
    }
}
