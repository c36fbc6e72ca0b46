use super::CommandError;
use crate::aggregate::{LoadError, ReplayError};
use crate::fault::Fault;
use crate::store::{AppendError, ReadError};
use crate::unit::ShuttingDown;

impl<E> CommandError<E> {
    /// True if sending the same command again, under the same id, can help.
    ///
    /// After a conflict it is false for a handler with effects outside that does not say `retry`.
    /// Where the log failed, or a deadline passed, it is true, and such a handler does again what
    /// it did: its effects need an idempotency key.
    ///
    /// It cannot help against what the domain refuses, mistakes of the program, stored events that
    /// cannot be read, vetoes, and an application that is shutting down.
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
            Self::Append { source, .. } => is_mended_later(source),
            Self::Nested { error, .. } => error.is_retryable(),
            Self::Load { source: LoadError::Read(error), .. } => is_unavailable(error),
            _ => false,
        }
    }
}

/// Whether a fault may be gone the next time: none that lies in the program or in what is stored,
/// and none of an application that ends.
fn is_passing(fault: &Fault) -> bool {
    let lasts = fault.is_defect()
        || fault.downcast_ref::<ReplayError>().is_some()
        || fault.downcast_ref::<ShuttingDown>().is_some();
    !lasts
        && fault.downcast_ref().is_none_or(is_unavailable)
        && fault.downcast_ref().is_none_or(is_mended_later)
}

fn is_mended_later(error: &AppendError) -> bool {
    matches!(
        error,
        AppendError::Overloaded
            | AppendError::Busy
            | AppendError::Unavailable { .. }
            | AppendError::PredecessorUndone
    )
}

fn is_unavailable(error: &ReadError) -> bool {
    matches!(error, ReadError::Unavailable { .. })
}
