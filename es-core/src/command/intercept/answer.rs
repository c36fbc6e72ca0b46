use std::any::Any;
use std::fmt;

use super::chain::TypedCommand;
use crate::command::handled::SendResult;
use crate::command::{CommandError, Rejection, Reply, Tracked};
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

/// Hides the type of an answer.
pub(super) fn hidden<R: Reply>(result: SendResult<R>) -> Dispatched {
    result.map(|Tracked { reply, token }| Answer { reply: Box::new(reply), token })
}

/// What became of a command behind all interceptors.
pub(super) struct Sent {
    pub(super) command_id: CommandId,
    pub(super) target: Option<StreamId>,
    pub(super) dispatched: Dispatched,
}

/// Finds the type of an answer again, and of what the command was rejected with.
pub(super) fn shown<R: Reply>(
    command: &dyn TypedCommand<R>,
    Sent { command_id, target, dispatched }: Sent,
) -> SendResult<R> {
    match dispatched {
        Ok(Answer { reply, token }) => match reply.downcast() {
            Ok(reply) => Ok(Tracked { reply: *reply, token }),
            Err(_) => {
                Err(CommandError::Fault { command_id, fault: another_answer(), has_effects: false })
            }
        },
        // An interceptor may answer with an error of its own where a handler of this command
        // would have answered with another: its caller must not meet a type that it cannot expect.
        Err(CommandError::Rejected { command_id, error }) if !command.rejects_with(&error) => {
            Err(CommandError::Vetoed {
                command_id,
                command: command.name(),
                target,
                veto: error.into(),
                has_effects: false,
            })
        }
        Err(error) => Err(error),
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
