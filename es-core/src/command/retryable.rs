use super::CommandError;
use crate::aggregate::{LoadError, ReplayError};
use crate::fault::Fault;
use crate::store::{AppendError, ReadError};
use crate::unit::PublishError;

/// Where an error says whether there may have been effects outside; `None` for one that never does.
// No function: it is read and written.
macro_rules! effects {
    ($error:expr) => {
        match $error {
            CommandError::Nested { has_effects, .. }
            | CommandError::Conflict { has_effects, .. }
            | CommandError::ConditionFailed { has_effects, .. }
            | CommandError::DeadlineExceeded { has_effects, .. }
            | CommandError::HandlerTimedOut { has_effects, .. }
            | CommandError::Append { has_effects, .. }
            | CommandError::OutcomeUnknown { has_effects, .. }
            | CommandError::Load { has_effects, .. }
            | CommandError::Vetoed { has_effects, .. }
            | CommandError::Panicked { has_effects, .. }
            | CommandError::ShuttingDown { has_effects, .. }
            | CommandError::Fault { has_effects, .. } => Some(has_effects),
            _ => None,
        }
    };
}

impl<E> CommandError<E> {
    /// True if sending the same command again, under the same id, can help.
    ///
    /// It cannot help against what the domain refuses, mistakes of the program, stored events that
    /// cannot be read, vetoes, and an application that is shutting down. It is not said to help
    /// where it could do harm: after [effects outside](Self::has_effects).
    #[must_use]
    pub fn is_retryable(&self) -> bool {
        !self.has_effects() && self.is_mended_later()
    }

    fn is_mended_later(&self) -> bool {
        match self {
            Self::Conflict { .. }
            | Self::ConditionFailed { .. }
            | Self::Overloaded { .. }
            | Self::DeadlineExceeded { .. }
            | Self::HandlerTimedOut { .. }
            | Self::OutcomeUnknown { .. } => true,
            Self::Fault { fault, .. } => is_passing(fault),
            Self::Append { source, .. } => is_mended_later(source),
            Self::Nested { error, .. } => error.is_mended_later(),
            Self::Load { source: LoadError::Read(error), .. } => is_unavailable(error),
            _ => false,
        }
    }

    /// True if the command failed after a handler had begun that may have effects outside, and that
    /// does not say `#[command_handler(retry)]`: its own, or one of a command that it sent. Of
    /// commands that a handler sends at once each may be told of the others' effects.
    ///
    /// Such a handler is an `async fn` of an aggregate, or a free function with an
    /// [`Inject`](crate::context::Inject) parameter. Nothing runs it again unasked, because the
    /// effect may have happened. Always false where the answer is the domain's: a
    /// refusal, or an aggregate that is missing, there already, deleted, in use, or at another
    /// version. What a handler passes on of a command that it sent ([`HandlerError::nested`]) is no
    /// answer of its own, and says what may have happened before.
    ///
    /// [`HandlerError::nested`]: super::HandlerError::nested
    #[must_use]
    pub fn has_effects(&self) -> bool {
        effects!(self).is_some_and(|has_effects| *has_effects)
            || matches!(self, Self::Nested { error, .. } if error.has_effects())
    }

    /// The same failure, of a handler that may have had effects outside.
    pub(crate) fn after_effects(mut self) -> Self {
        if let Some(has_effects) = effects!(&mut self) {
            *has_effects = true;
        }
        self
    }
}

/// Whether a fault may be gone the next time: none that lies in the program or in what is stored,
/// and none of an application that ends.
fn is_passing(fault: &Fault) -> bool {
    let lasts = fault.is_defect()
        || fault.downcast_ref::<ReplayError>().is_some()
        || fault.downcast_ref::<PublishError>().is_some_and(|error| !error.is_retryable());
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
