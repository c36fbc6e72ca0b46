use super::{CommandError, DomainError, Rejection};
use crate::event::CommandId;
use crate::fault::Fault;

impl<E> CommandError<E> {
    /// Changes the type of the domain's error.
    pub fn map_rejection<F>(self, convert: impl FnOnce(E) -> F) -> CommandError<F> {
        self.or_else_rejected(|command_id, error| CommandError::Rejected {
            command_id,
            error: convert(error),
        })
    }

    /// Makes another error of a rejection.
    fn or_else_rejected<F>(
        self,
        convert: impl FnOnce(CommandId, E) -> CommandError<F>,
    ) -> CommandError<F> {
        match self {
            Self::Rejected { command_id, error } => convert(command_id, error),
            Self::NotFound { command_id, stream } => CommandError::NotFound { command_id, stream },
            Self::MemberNotFound { command_id, stream, member, key } => {
                CommandError::MemberNotFound { command_id, stream, member, key }
            }
            Self::MemberExists { command_id, stream, member, key } => {
                CommandError::MemberExists { command_id, stream, member, key }
            }
            Self::VersionMismatch { command_id, stream, expected, actual } => {
                CommandError::VersionMismatch { command_id, stream, expected, actual }
            }
            Self::ConditionFailed { command_id, position, attempts, has_effects } => {
                CommandError::ConditionFailed { command_id, position, attempts, has_effects }
            }
            Self::InUse { command_id, stream } => CommandError::InUse { command_id, stream },
            Self::Nested { command_id, error, has_effects } => {
                CommandError::Nested { command_id, error, has_effects }
            }
            Self::Vetoed { command_id, command, target, veto, has_effects } => {
                CommandError::Vetoed { command_id, command, target, veto, has_effects }
            }
            Self::AlreadyExists { command_id, stream } => {
                CommandError::AlreadyExists { command_id, stream }
            }
            Self::Deleted { command_id, stream } => CommandError::Deleted { command_id, stream },
            Self::Conflict { command_id, stream, attempts, has_effects } => {
                CommandError::Conflict { command_id, stream, attempts, has_effects }
            }
            Self::CommandIdReused { command_id, first } => {
                CommandError::CommandIdReused { command_id, first }
            }
            Self::InvalidId { command_id, source } => {
                CommandError::InvalidId { command_id, source }
            }
            Self::NoHandler { command_id, text } => CommandError::NoHandler { command_id, text },
            Self::Undecodable { command_id, name, reason } => {
                CommandError::Undecodable { command_id, name, reason }
            }
            Self::Overloaded { command_id } => CommandError::Overloaded { command_id },
            Self::DeadlineExceeded { command_id, has_effects } => {
                CommandError::DeadlineExceeded { command_id, has_effects }
            }
            Self::HandlerTimedOut { command_id, limit, has_effects } => {
                CommandError::HandlerTimedOut { command_id, limit, has_effects }
            }
            Self::Panicked { command_id, who, message, was_sent_on, has_effects } => {
                CommandError::Panicked { command_id, who, message, was_sent_on, has_effects }
            }
            Self::ShuttingDown { command_id, has_effects } => {
                CommandError::ShuttingDown { command_id, has_effects }
            }
            Self::Append { command_id, source, has_effects } => {
                CommandError::Append { command_id, source, has_effects }
            }
            Self::OutcomeUnknown { command_id, reason, has_effects } => {
                CommandError::OutcomeUnknown { command_id, reason, has_effects }
            }
            Self::Load { command_id, source, has_effects } => {
                CommandError::Load { command_id, source, has_effects }
            }
            Self::Fault { command_id, fault, has_effects } => {
                CommandError::Fault { command_id, fault, has_effects }
            }
        }
    }
}

impl CommandError<Rejection> {
    /// Finds the type of the domain's error again.
    // The fault cannot happen: handlers refuse with `E`, and `answer::shown` vetoes what
    // interceptors have put in its place.
    #[cold]
    pub(super) fn typed<E: DomainError>(self) -> CommandError<E> {
        self.or_else_rejected(|command_id, error| match error.downcast() {
            Ok(error) => CommandError::Rejected { command_id, error },
            Err(error) => CommandError::Fault {
                command_id,
                fault: Fault::defect(format!(
                    "`{error}` is no `{}`; this is a bug in es, please report it",
                    std::any::type_name::<E>()
                )),
                has_effects: false,
            },
        })
    }
}
