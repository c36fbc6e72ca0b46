use super::Email;

/// Why a customer is not registered.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CustomerError {
    /// Somebody else has the address.
    #[error("`{email}` belongs to another customer; use another address")]
    EmailInUse {
        /// The address.
        email: Email,
    },
}
