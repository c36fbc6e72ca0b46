use super::CommandError;
use crate::aggregate::{LoadError, ReplayError};
use crate::fault::Fault;
use crate::store::{AppendError, ReadError};

impl<E> CommandError<E> {
    /// True if sending the same command again, under the same id, can help, and repeats no effect
    /// of a handler that ran to its end.
    #[must_use]
    pub fn is_retryable(&self) -> bool {
        match self {
            Self::Conflict { has_effects, .. } | Self::ConditionFailed { has_effects, .. } => {
                !has_effects
            }
            Self::Overloaded { .. }
            | Self::DeadlineExceeded { .. }
            | Self::HandlerTimedOut { .. }
            | Self::OutcomeUnknown { .. } => true,
            Self::Fault { fault, .. } => is_passing(fault),
            Self::Append { source, .. } => matches!(
                source,
                AppendError::Overloaded
                    | AppendError::Busy
                    | AppendError::Unavailable { .. }
                    | AppendError::PredecessorUndone
            ),
            Self::Nested { error, .. } => error.is_retryable(),
            Self::Load { source: LoadError::Read(error), .. } => is_unavailable(error),
            _ => false,
        }
    }
}

/// Whether a fault may be gone the next time: none that lies in the program or in what is stored.
fn is_passing(fault: &Fault) -> bool {
    match fault.downcast_ref() {
        Some(error) => is_unavailable(error),
        None => !fault.is_defect() && fault.downcast_ref::<ReplayError>().is_none(),
    }
}

fn is_unavailable(error: &ReadError) -> bool {
    matches!(error, ReadError::Unavailable { .. })
}
