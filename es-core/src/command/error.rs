use std::borrow::Cow;
use std::time::Duration;

use super::wording::{after_effects, again, again_under_its_id, in_a_row, of_inner, panicked};
use super::{DomainError, Rejection, Veto};
use crate::aggregate::LoadError;
use crate::event::{CommandId, InvalidId, Position, Sequence, StreamId};
use crate::fault::Fault;
use crate::store::AppendError;

/// Why a command was not carried out, or why that is not known.
///
/// Rejections of the domain and faults of the infrastructure never share a variant. Every variant
/// carries the command's id, with which it can be sent again.
#[derive(thiserror::Error)]
#[non_exhaustive]
pub enum CommandError<E> {
    /// The domain refuses. Nothing is stored, unless the handler refused with
    /// [`Recorded`](super::Recorded).
    #[error("{error}")]
    Rejected {
        /// The command's id.
        command_id: CommandId,
        /// The domain's own error.
        error: E,
    },
    /// The target does not exist.
    #[error("`{stream}` does not exist; create it first, or check the id")]
    NotFound {
        /// The command's id.
        command_id: CommandId,
        /// The target.
        stream: StreamId,
    },
    /// The target has no member with this key.
    #[error("`{stream}` has no `{member}` with key `{key}`; add it first, or check the key")]
    MemberNotFound {
        /// The command's id.
        command_id: CommandId,
        /// The target.
        stream: StreamId,
        /// The member's type.
        member: &'static str,
        /// The key.
        key: String,
    },
    /// The command creates a member, and the target has one with this key.
    #[error("`{stream}` has a `{member}` with key `{key}` already; use another key")]
    MemberExists {
        /// The command's id.
        command_id: CommandId,
        /// The target.
        stream: StreamId,
        /// The member's type.
        member: &'static str,
        /// The key.
        key: String,
    },
    /// The target is not at the version the command was made for.
    #[error(
        "the command is for version {expected} of `{stream}`, which is at version {actual}; \
         look at it again and send a new command"
    )]
    VersionMismatch {
        /// The command's id.
        command_id: CommandId,
        /// The target.
        stream: StreamId,
        /// The version of the `#[target_version]` field.
        expected: Sequence,
        /// The target's version.
        actual: Sequence,
    },
    /// The command creates, and the target exists.
    #[error("`{stream}` exists already; use another id")]
    AlreadyExists {
        /// The command's id.
        command_id: CommandId,
        /// The target.
        stream: StreamId,
    },
    /// The target was deleted; ids are never used again.
    #[error("`{stream}` was deleted")]
    Deleted {
        /// The command's id.
        command_id: CommandId,
        /// The target.
        stream: StreamId,
    },
    /// Others changed the target, as often as the command was decided again.
    #[error("`{stream}` was changed by others{}{}", in_a_row(*attempts), again(*has_effects))]
    Conflict {
        /// The command's id.
        command_id: CommandId,
        /// The target.
        stream: StreamId,
        /// How often the command was decided.
        attempts: u32,
        /// Whether it may have had effects outside: see [`CommandError::has_effects`].
        has_effects: bool,
    },
    /// Events stored by others broke what was decided, as often as the command was decided again.
    #[error(
        "others stored events that the decision rested on{}, the last one at position {position}{}",
        in_a_row(*attempts),
        again(*has_effects)
    )]
    ConditionFailed {
        /// The command's id.
        command_id: CommandId,
        /// The event that broke it last.
        position: Position,
        /// How often the command was decided.
        attempts: u32,
        /// Whether it may have had effects outside: see [`CommandError::has_effects`].
        has_effects: bool,
    },
    /// A handler of this aggregate is still running, further out in the same unit of work.
    #[error(
        "`{stream}` is in use by a handler that waits for this; let go of it first, or change it \
         in that handler"
    )]
    InUse {
        /// The command's id.
        command_id: CommandId,
        /// The aggregate.
        stream: StreamId,
    },
    /// A command that the handler sent failed. Nothing is stored.
    #[error("{}", of_inner(error))]
    Nested {
        /// The outer command's id.
        command_id: CommandId,
        /// What the inner one failed with.
        error: Box<CommandError<Rejection>>,
        /// Whether it may have had effects outside: see [`CommandError::has_effects`].
        has_effects: bool,
    },
    /// An interceptor stopped the command. Nothing is stored, unless it was a dispatch interceptor
    /// that stops what it has sent on already.
    #[error("{veto}{}", after_effects(*has_effects))]
    Vetoed {
        /// The command's id.
        command_id: CommandId,
        /// The command's stored name.
        command: &'static str,
        /// The target; `None` for the command of a free handler.
        target: Option<StreamId>,
        /// What it was stopped with.
        veto: Veto,
        /// Whether it may have had effects outside: see [`CommandError::has_effects`].
        has_effects: bool,
    },
    /// The id belongs to another command.
    #[error("command id {command_id} was used for `{first}` before; give every command its own id")]
    CommandIdReused {
        /// The command's id.
        command_id: CommandId,
        /// The command that was sent first, with its target.
        first: String,
    },
    /// The target's id cannot be stored.
    #[error("{source}")]
    InvalidId {
        /// The command's id.
        command_id: CommandId,
        /// What is wrong with it.
        source: InvalidId,
    },
    /// No handler for this name.
    #[error("{text}")]
    NoHandler {
        /// The command's id.
        command_id: CommandId,
        /// What was asked for, and what to write.
        text: String,
    },
    /// The JSON is not this command, or the stored reply is not the asked-for type.
    #[error("`{name}` cannot be decoded: {reason}")]
    Undecodable {
        /// The command's id.
        command_id: CommandId,
        /// The command's stored name.
        name: String,
        /// What is wrong.
        reason: String,
    },
    /// No place in a queue came free before the deadline, which passed for that alone. Nothing is
    /// stored.
    #[error("too many commands at once; send fewer at a time, or try again later")]
    Overloaded {
        /// The command's id.
        command_id: CommandId,
    },
    /// The deadline passed before anything was handed to the log. Nothing is stored.
    #[error(
        "the deadline passed before anything was handed to the log; nothing is stored{}",
        after_effects(*has_effects)
    )]
    DeadlineExceeded {
        /// The command's id.
        command_id: CommandId,
        /// Whether it may have had effects outside: see [`CommandError::has_effects`].
        has_effects: bool,
    },
    /// The handler took longer than handlers may. Nothing is stored.
    #[error(
        "the handler took longer than {limit:?}; nothing is stored{}",
        after_effects(*has_effects)
    )]
    HandlerTimedOut {
        /// The command's id.
        command_id: CommandId,
        /// The time limit.
        limit: Duration,
        /// Whether it may have had effects outside: see [`CommandError::has_effects`].
        has_effects: bool,
    },
    /// The handler or an interceptor panicked. Nothing is stored, unless it was a dispatch
    /// interceptor that had sent the command on by then.
    #[error("{}{}", panicked(who, message, *was_sent_on), after_effects(*has_effects))]
    Panicked {
        /// The command's id.
        command_id: CommandId,
        /// Which one: `the handler`, or an interceptor with the name of its type or method.
        who: Cow<'static, str>,
        /// What it said.
        message: String,
        /// Whether the command had been sent on, by a dispatch interceptor: then it may be carried
        /// out. Sent again under the same id, it is carried out at most once, as long as the log
        /// [remembers it](CommandId).
        was_sent_on: bool,
        /// Whether it may have had effects outside: see [`CommandError::has_effects`].
        has_effects: bool,
    },
    /// The application is shutting down. Nothing is stored.
    #[error("the application is shutting down; nothing is stored{}", after_effects(*has_effects))]
    ShuttingDown {
        /// The command's id.
        command_id: CommandId,
        /// Whether it may have had effects outside: see [`CommandError::has_effects`].
        has_effects: bool,
    },
    /// The log refused or failed. Nothing is stored.
    #[error("{source}{}", after_effects(*has_effects))]
    Append {
        /// The command's id.
        command_id: CommandId,
        /// The log's error.
        source: AppendError,
        /// Whether it may have had effects outside: see [`CommandError::has_effects`].
        has_effects: bool,
    },
    /// It is not known whether the events are stored: send again under the same id, while the log
    /// [remembers it](CommandId).
    #[error(
        "it is not known whether command {command_id} was carried out: {reason}{}",
        again_under_its_id(*has_effects)
    )]
    OutcomeUnknown {
        /// The command's id.
        command_id: CommandId,
        /// What happened.
        reason: String,
        /// Whether it may have had effects outside: see [`CommandError::has_effects`].
        has_effects: bool,
    },
    /// The target could not be loaded. Nothing is stored.
    #[error("{source}")]
    Load {
        /// The command's id.
        command_id: CommandId,
        /// Why not.
        source: LoadError,
        /// Whether it may have had effects outside: see [`CommandError::has_effects`].
        has_effects: bool,
    },
    /// A resource of the handler failed, or the handler did what it may not. Nothing is stored.
    #[error("{fault}")]
    Fault {
        /// The command's id.
        command_id: CommandId,
        /// What failed.
        fault: Fault,
        /// Whether it may have had effects outside: see [`CommandError::has_effects`].
        has_effects: bool,
    },
}

impl<E> CommandError<E> {
    /// The command's id, with which it can be sent again.
    #[must_use]
    pub fn command_id(&self) -> CommandId {
        match self {
            Self::Rejected { command_id, .. }
            | Self::NotFound { command_id, .. }
            | Self::MemberNotFound { command_id, .. }
            | Self::MemberExists { command_id, .. }
            | Self::VersionMismatch { command_id, .. }
            | Self::ConditionFailed { command_id, .. }
            | Self::InUse { command_id, .. }
            | Self::Nested { command_id, .. }
            | Self::Vetoed { command_id, .. }
            | Self::AlreadyExists { command_id, .. }
            | Self::Deleted { command_id, .. }
            | Self::Conflict { command_id, .. }
            | Self::CommandIdReused { command_id, .. }
            | Self::InvalidId { command_id, .. }
            | Self::NoHandler { command_id, .. }
            | Self::Undecodable { command_id, .. }
            | Self::Overloaded { command_id }
            | Self::DeadlineExceeded { command_id, .. }
            | Self::HandlerTimedOut { command_id, .. }
            | Self::Panicked { command_id, .. }
            | Self::ShuttingDown { command_id, .. }
            | Self::Append { command_id, .. }
            | Self::OutcomeUnknown { command_id, .. }
            | Self::Load { command_id, .. }
            | Self::Fault { command_id, .. } => *command_id,
        }
    }

    /// True for an answer of the domain: a rejection, or a target that is missing, there already,
    /// deleted, or at another version; also one of a command that the handler sent.
    #[must_use]
    pub fn is_rejection(&self) -> bool {
        match self {
            Self::Rejected { .. }
            | Self::NotFound { .. }
            | Self::MemberNotFound { .. }
            | Self::MemberExists { .. }
            | Self::VersionMismatch { .. }
            | Self::AlreadyExists { .. }
            | Self::Deleted { .. } => true,
            Self::Nested { error, .. } => error.is_rejection(),
            _ => false,
        }
    }

    /// The domain's own error, if it refused; also that of a command that the handler sent, where
    /// it is of the same type.
    #[must_use]
    pub fn rejection(&self) -> Option<&E>
    where
        E: DomainError,
    {
        match self {
            Self::Rejected { error, .. } => Some(error),
            Self::Nested { error, .. } => innermost(error)?.downcast_ref(),
            _ => None,
        }
    }
}

/// The refusal of a domain at the bottom of nested failures.
fn innermost(error: &CommandError<Rejection>) -> Option<&Rejection> {
    match error {
        CommandError::Rejected { error, .. } => Some(error),
        CommandError::Nested { error, .. } => innermost(error),
        _ => None,
    }
}
