use super::{CommandError, DomainError, Recorded, RecordedError, Rejection, Veto};
use crate::fault::Fault;
use crate::unit::RepositoryError;

/// The error of a handler that can both refuse and meet a fault: `?` works on either.
///
/// `Err(error)` of the domain becomes a rejection; a [`Fault`] becomes a fault. It does not
/// implement [`std::error::Error`], which is what keeps the two conversions apart.
#[derive(Debug)]
pub enum HandlerError<E> {
    /// The domain refuses.
    Rejected(E),
    /// The domain refuses, and what was applied is stored all the same.
    Recorded(Recorded<E>),
    /// Another aggregate could not be had.
    Repository(RepositoryError),
    /// A command that the handler sent failed; see [`HandlerError::nested`].
    Nested(Box<CommandError<Rejection>>),
    /// The infrastructure failed.
    Fault(Fault),
}

impl<E> HandlerError<E> {
    /// Gives up because a command that the handler sent failed:
    /// `gateway.send(command).await.map_err(HandlerError::nested)?`.
    // No `From`: it would meet the conversion of a domain's error that is a `CommandError`.
    pub fn nested<X: DomainError>(error: CommandError<X>) -> Self {
        Self::Nested(Box::new(error.map_rejection(Rejection::new)))
    }

    /// Makes the handler's own refusal of that of a command that it sent, and gives up as
    /// [`HandlerError::nested`] does where that command failed otherwise:
    /// `gateway.send(command).await.map_err(HandlerError::rejected_as(NotCovered))?`.
    ///
    /// A refusal that the command itself passed on from one that *it* sent is no refusal of its
    /// own, and stays what it is.
    pub fn rejected_as<X: DomainError>(
        refusal: impl FnOnce(X) -> E,
    ) -> impl FnOnce(CommandError<X>) -> Self {
        |error| match error {
            CommandError::Rejected { error, .. } => Self::Rejected(refusal(error)),
            error => Self::nested(error),
        }
    }
}

impl<E: DomainError> From<E> for HandlerError<E> {
    fn from(error: E) -> Self {
        Self::Rejected(error)
    }
}

impl<E> From<Fault> for HandlerError<E> {
    fn from(fault: Fault) -> Self {
        Self::Fault(fault)
    }
}

// Only what can be remembered: to find out at run time would be too late.
impl<E: RecordedError> From<Recorded<E>> for HandlerError<E> {
    fn from(error: Recorded<E>) -> Self {
        Self::Recorded(error)
    }
}

impl<E> From<RepositoryError> for HandlerError<E> {
    fn from(error: RepositoryError) -> Self {
        Self::Repository(error)
    }
}

/// Why one run of a handler came to nothing.
#[derive(Debug)]
#[non_exhaustive]
pub enum Refusal<E> {
    /// The domain refuses.
    Rejected(E),
    /// The domain refuses, and what was applied is stored all the same.
    Recorded(E),
    /// There is no aggregate with this id.
    NotFound,
    /// The aggregate has no member with this key.
    MemberNotFound {
        /// The member's type, for people.
        member: &'static str,
        /// The key.
        key: String,
    },
    /// The member that the handler would create is there.
    MemberExists {
        /// The member's type, for people.
        member: &'static str,
        /// The key.
        key: String,
    },
    /// There is one already.
    AlreadyExists,
    /// It was deleted.
    Deleted,
    /// Another aggregate could not be had.
    Repository(RepositoryError),
    /// A command that the handler sent failed.
    Nested(Box<CommandError<Rejection>>),
    /// An interceptor stopped it.
    Vetoed(Veto),
    /// The infrastructure failed.
    Fault(Fault),
    /// A parameter of the handler could not be had, so it did not run.
    Parameter(Fault),
}

impl<E> Refusal<E> {
    /// True for what the shape of a handler refuses: the user's code did not run.
    pub(crate) fn is_before_the_handler(&self) -> bool {
        matches!(
            self,
            Self::NotFound
                | Self::MemberNotFound { .. }
                | Self::MemberExists { .. }
                | Self::AlreadyExists
                | Self::Deleted
                | Self::Parameter(_)
        )
    }

    /// Converts the domain's error.
    pub(super) fn map<X>(self, convert: impl FnOnce(E) -> X) -> Refusal<X> {
        match self {
            Self::Rejected(error) => Refusal::Rejected(convert(error)),
            Self::Recorded(error) => Refusal::Recorded(convert(error)),
            Self::NotFound => Refusal::NotFound,
            Self::MemberNotFound { member, key } => Refusal::MemberNotFound { member, key },
            Self::MemberExists { member, key } => Refusal::MemberExists { member, key },
            Self::AlreadyExists => Refusal::AlreadyExists,
            Self::Deleted => Refusal::Deleted,
            Self::Repository(error) => Refusal::Repository(error),
            Self::Nested(error) => Refusal::Nested(error),
            Self::Vetoed(veto) => Refusal::Vetoed(veto),
            Self::Fault(fault) => Refusal::Fault(fault),
            Self::Parameter(fault) => Refusal::Parameter(fault),
        }
    }
}

impl<E> From<HandlerError<E>> for Refusal<E> {
    fn from(error: HandlerError<E>) -> Self {
        match error {
            HandlerError::Rejected(error) => Self::Rejected(error),
            HandlerError::Recorded(Recorded(error)) => Self::Recorded(error),
            HandlerError::Repository(error) => Self::Repository(error),
            HandlerError::Nested(error) => Self::Nested(error),
            HandlerError::Fault(fault) => Self::Fault(fault),
        }
    }
}

// What generated code writes `?` after is on the way to the handler: its parameters.
impl<E> From<Fault> for Refusal<E> {
    fn from(fault: Fault) -> Self {
        Self::Parameter(fault)
    }
}
