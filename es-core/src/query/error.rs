use std::error::Error;

use crate::fault::Fault;
use crate::projection::ReadSideError;

/// Why a query was not answered. A query changes nothing, so it can always be asked again.
#[derive(thiserror::Error)]
#[non_exhaustive]
pub enum QueryError {
    /// No handler of the application answers it.
    #[error(
        "nobody answers query `{query}`; write a `#[query_handler]` for it, or name what has one \
         in `.with::<TheProjection>()` (answered are: {answered})"
    )]
    NoHandler {
        /// The query's name.
        query: String,
        /// The queries that are answered.
        answered: String,
    },
    /// The JSON is not this query.
    #[error("the JSON given is no query `{query}`: {reason}; compare it with the query's fields")]
    Undecodable {
        /// The query's name.
        query: String,
        /// What is wrong.
        reason: String,
    },
    /// The handler returned an error.
    #[error(
        "query `{query}` failed in handler `{handler}` ({place}): {fault}; \
         the query itself changes nothing, and can be asked again when that is mended"
    )]
    Failed {
        /// The query's name.
        query: String,
        /// The handler's Rust name.
        handler: &'static str,
        /// Where the handler is.
        place: String,
        /// Its error.
        fault: Fault,
    },
    /// The handler panicked.
    #[error(
        "query `{query}` made handler `{handler}` ({place}) panic: {message}; mend the handler"
    )]
    Panicked {
        /// The query's name.
        query: String,
        /// The handler's Rust name.
        handler: &'static str,
        /// Where the handler is.
        place: String,
        /// What the panic said.
        message: String,
    },
    /// The read side could not be opened for reading.
    #[error("query `{query}` found no read side: {source}")]
    ReadSide {
        /// The query's name.
        query: String,
        /// Why.
        source: ReadSideError,
    },
    /// The answer could not be written as JSON.
    #[error("the answer to query `{query}` cannot be written as JSON: {reason}; change its type")]
    Unencodable {
        /// The query's name.
        query: String,
        /// Why.
        reason: String,
    },
    /// The application is shutting down.
    #[error("query `{query}` came while the application shuts down; ask again when it runs")]
    ShuttingDown {
        /// The query's name.
        query: String,
    },
}

crate::fault::debug_is_display!(QueryError);

impl QueryError {
    /// The handler's own error, if it is an `E`.
    #[must_use]
    pub fn downcast_ref<E: Error + 'static>(&self) -> Option<&E> {
        match self {
            Self::Failed { fault, .. } => fault.downcast_ref(),
            _ => None,
        }
    }
}
