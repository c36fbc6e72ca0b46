//! Units of work: what one command changes beyond its own target.

mod error;

pub use error::RepositoryError;
