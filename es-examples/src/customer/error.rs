use super::{Email, InvalidEmail};

/// Why a customer is not registered.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CustomerError {
    /// There is nothing to call the customer by.
    #[error("the name is blank; give the customer's name")]
    Nameless,
    /// The name is no line of text, or a very long one.
    #[error("a name is one line of at most {limit} characters", limit = super::registration::NAME)]
    Name,
    /// Mail cannot go there.
    #[error(transparent)]
    Email(#[from] InvalidEmail),
    /// Somebody else has the address.
    #[error("`{email}` belongs to another customer; use another address")]
    EmailInUse {
        /// The address.
        email: Email,
    },
}
