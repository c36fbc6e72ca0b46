use super::CommandError;
use crate::event::CommandId;

impl<E> CommandError<E> {
    /// Changes the type of the domain's error.
    pub fn map_rejection<F>(self, convert: impl FnOnce(E) -> F) -> CommandError<F> {
        self.or_else_rejected(|command_id, error| CommandError::Rejected {
            command_id,
            error: convert(error),
        })
    }

    /// Makes another error of a rejection.
    pub(crate) fn or_else_rejected<F>(
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
            Self::Nested { command_id, error } => CommandError::Nested { command_id, error },
            Self::Vetoed { command_id, command, target, veto } => {
                CommandError::Vetoed { command_id, command, target, veto }
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
            Self::DeadlineExceeded { command_id } => CommandError::DeadlineExceeded { command_id },
            Self::HandlerTimedOut { command_id, limit } => {
                CommandError::HandlerTimedOut { command_id, limit }
            }
            Self::Panicked { command_id, who, message, was_sent_on } => {
                CommandError::Panicked { command_id, who, message, was_sent_on }
            }
            Self::ShuttingDown { command_id } => CommandError::ShuttingDown { command_id },
            Self::Append { command_id, source } => CommandError::Append { command_id, source },
            Self::OutcomeUnknown { command_id, reason } => {
                CommandError::OutcomeUnknown { command_id, reason }
            }
            Self::Load { command_id, source } => CommandError::Load { command_id, source },
            Self::Fault { command_id, fault } => CommandError::Fault { command_id, fault },
        }
    }
}
