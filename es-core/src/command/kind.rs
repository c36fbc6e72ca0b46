use std::error::Error;
use std::fmt;

use super::{CommandError, DomainError};
use crate::fault::write_sources;

impl<E> CommandError<E> {
    /// What it is in a word, for metrics and logs: the variant's name in snake case.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Rejected { .. } => "rejected",
            Self::NotFound { .. } => "not_found",
            Self::MemberNotFound { .. } => "member_not_found",
            Self::MemberExists { .. } => "member_exists",
            Self::VersionMismatch { .. } => "version_mismatch",
            Self::AlreadyExists { .. } => "already_exists",
            Self::Deleted { .. } => "deleted",
            Self::Conflict { .. } => "conflict",
            Self::ConditionFailed { .. } => "condition_failed",
            Self::InUse { .. } => "in_use",
            Self::Nested { .. } => "nested",
            Self::Vetoed { .. } => "vetoed",
            Self::CommandIdReused { .. } => "command_id_reused",
            Self::InvalidId { .. } => "invalid_id",
            Self::NoHandler { .. } => "no_handler",
            Self::Undecodable { .. } => "undecodable",
            Self::Overloaded { .. } => "overloaded",
            Self::DeadlineExceeded { .. } => "deadline_exceeded",
            Self::HandlerTimedOut { .. } => "handler_timed_out",
            Self::Panicked { .. } => "panicked",
            Self::ShuttingDown { .. } => "shutting_down",
            Self::Append { .. } => "append",
            Self::OutcomeUnknown { .. } => "outcome_unknown",
            Self::Load { .. } => "load",
            Self::Fault { .. } => "fault",
        }
    }
}

// What `main` prints of an error it returns is its `Debug`, and so does `unwrap`: that should say
// what happened and why, and then what helps to find it.
impl<E: DomainError> fmt::Debug for CommandError<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")?;
        if let Some(error) = self.answered() {
            write_sources(error, f)?;
        }
        write!(f, " ({}, command {})", self.kind(), self.command_id())
    }
}

impl<E: DomainError> CommandError<E> {
    /// What a handler or an interceptor answered with; every other variant says it all itself.
    fn answered(&self) -> Option<&dyn Error> {
        match self {
            Self::Rejected { error, .. } => Some(error),
            Self::Nested { error, .. } => error.answered(),
            Self::Vetoed { veto, .. } => Some(veto.source()),
            _ => None,
        }
    }
}
