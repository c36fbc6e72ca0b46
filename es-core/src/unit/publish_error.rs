use super::unit_of_work::ENDED;
use crate::event::InvalidId;
use crate::store::AppendError;

/// Why an event was not published, or why that is not known.
#[derive(thiserror::Error)]
#[non_exhaustive]
pub enum PublishError {
    /// The application is shutting down. Nothing is stored.
    #[error("the application is shutting down; nothing is stored")]
    ShuttingDown,
    /// The gateway belongs to a handler that has ended. Nothing is stored.
    #[error("{ENDED}")]
    HandlerEnded,
    /// The event cannot be encoded, or not be read back. Nothing is stored.
    #[error("{reason}")]
    Unencodable {
        /// Which event it is, why, and what to do.
        reason: String,
    },
    /// The tenant that the metadata name cannot be stored. Nothing is stored.
    #[error(transparent)]
    InvalidId(#[from] InvalidId),
    /// The log refused or failed. Nothing is stored.
    #[error("{source}")]
    Append {
        /// What the log says.
        source: AppendError,
    },
    /// It is not known whether the event is stored. Publishing it again may store it twice; a
    /// command has an id that prevents that.
    #[error("it is not known whether the event was stored: {reason}")]
    OutcomeUnknown {
        /// What happened.
        reason: String,
    },
}

crate::fault::debug_is_display!(PublishError);

impl PublishError {
    /// True if nothing is stored, and publishing the event again can help.
    #[must_use]
    pub fn is_retryable(&self) -> bool {
        let Self::Append { source } = self else { return false };
        matches!(
            source,
            AppendError::Overloaded | AppendError::Busy | AppendError::Unavailable { .. }
        )
    }
}

impl From<AppendError> for PublishError {
    fn from(error: AppendError) -> Self {
        match error {
            AppendError::Closed => Self::ShuttingDown,
            AppendError::OutcomeUnknown { reason } => Self::OutcomeUnknown { reason },
            AppendError::InvalidId(source) => Self::InvalidId(source),
            source => Self::Append { source },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_that_may_be_stored_is_not_said_to_be_safe_to_publish_again() {
        let error = PublishError::from(AppendError::OutcomeUnknown { reason: "dark".to_owned() });
        assert_eq!(error.to_string(), "it is not known whether the event was stored: dark");
        assert!(matches!(error, PublishError::OutcomeUnknown { .. }) && !error.is_retryable());
    }
}
