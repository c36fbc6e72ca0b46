use std::any::Any;
use std::fmt;

use crate::command::handled::SendResult;
use crate::command::{CommandError, DomainError, Rejection, Reply, Tracked};
use crate::event::{CommandId, StreamId};
use crate::fault::Fault;
use crate::store::CommitToken;

/// What became of a command, as interceptors see it: everything it decided is durable.
pub type Dispatched = Result<Answer, CommandError<Rejection>>;

/// A handler's reply, whatever its type, and where the command's events went.
pub struct Answer {
    reply: Box<dyn Any + Send>,
    token: CommitToken,
}

impl Answer {
    /// The reply, if it is an `R`.
    #[must_use]
    pub fn downcast_ref<R: 'static>(&self) -> Option<&R> {
        self.reply.downcast_ref()
    }

    /// The commit token; empty if nothing was stored.
    #[must_use]
    pub fn token(&self) -> &CommitToken {
        &self.token
    }
}

impl fmt::Debug for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Answer").field("token", &self.token).finish_non_exhaustive()
    }
}

/// Hides the types of an answer.
pub(super) fn hidden<R: Reply, X: DomainError>(result: SendResult<R, X>) -> Dispatched {
    match result {
        Ok(Tracked { reply, token }) => Ok(Answer { reply: Box::new(reply), token }),
        Err(error) => Err(error.map_rejection(Rejection::new)),
    }
}

/// What became of a command behind all interceptors.
pub(super) struct Sent {
    pub(super) command_id: CommandId,
    pub(super) target: Option<StreamId>,
    pub(super) dispatched: Dispatched,
}

/// Finds the types of an answer again.
pub(super) fn shown<R: Reply, X: DomainError>(
    command: &'static str,
    Sent { command_id, target, dispatched }: Sent,
) -> SendResult<R, X> {
    match dispatched {
        Ok(Answer { reply, token }) => match reply.downcast() {
            Ok(reply) => Ok(Tracked { reply: *reply, token }),
            Err(_) => {
                Err(CommandError::Fault { command_id, fault: another_answer(), has_effects: false })
            }
        },
        // An interceptor may answer with an error of its own where a handler of this command
        // would have answered with another: its caller must not meet a type that it cannot expect.
        Err(error) => Err(error.or_else_rejected(|command_id, error| match error.downcast() {
            Ok(error) => CommandError::Rejected { command_id, error },
            Err(error) => CommandError::Vetoed {
                command_id,
                command,
                target,
                veto: error.into(),
                has_effects: false,
            },
        })),
    }
}

fn another_answer() -> Fault {
    Fault::defect(
        "a dispatch interceptor gave the answer of another command; give back what `proceed` gave",
    )
}

#[cfg(test)]
pub(super) fn nothing() -> Answer {
    Answer { reply: Box::new(()), token: CommitToken::default() }
}
