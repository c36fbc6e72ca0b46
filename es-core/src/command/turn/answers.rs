//! What a journey says to the log and to its caller.

use std::any::Any;
use std::borrow::Cow;
use std::panic::{AssertUnwindSafe, catch_unwind};

use bytes::Bytes;

use super::{Failure, Fallible, Journey};
use crate::aggregate::{Aggregate, AggregateId};
use crate::command::handled::SendResult;
use crate::command::{CommandError, Refusal, Rejection, Reply, Stopped, Tracked, Veto};
use crate::event::{Codec, CommandId, Json, StreamId, encoded};
use crate::fault::Fault;
use crate::future::panic_message;
use crate::store::{AppendError, CommitToken, RememberedCommand};
use crate::unit::RepositoryError;

impl Journey {
    pub(super) fn remember<R: Reply>(&self, reply: &R) -> Fallible<RememberedCommand> {
        // The user's `Serialize` runs here.
        let encoding = AssertUnwindSafe(|| encoded(|buffer| Json::encode(reply, buffer)));
        let encoded = catch_unwind(encoding).map_err(|panic| self.panicked(panic))?;
        let reply = encoded.map_err(|error| {
            self.fault(Fault::defect(format!("the reply cannot be encoded: {error}")))
        })?;
        Ok(self.remembering(reply))
    }

    fn remembering(&self, reply: Bytes) -> RememberedCommand {
        RememberedCommand {
            id: self.id,
            name: Cow::Borrowed(self.name),
            target: self.target.clone(),
            reply,
            is_rejection: false,
            from_outside: self.is_repeatable,
            token: CommitToken::default(),
        }
    }

    /// Remembers an error that is stored with events.
    pub(super) fn remember_refusal(&self, error: &Rejection) -> Fallible<RememberedCommand> {
        let Some(codec) = self.recorded else {
            return Err(self.fault(Fault::defect(format!(
                "the error of `{}` cannot be recorded; derive `Serialize` and `Deserialize` for it",
                self.name
            ))));
        };
        let encoding = AssertUnwindSafe(|| (codec.encode)(error));
        let encoded = catch_unwind(encoding).map_err(|panic| self.panicked(panic))?;
        let reply = encoded.map_err(|error| {
            self.fault(Fault::defect(format!("the recorded error cannot be encoded: {error}")))
        })?;
        Ok(RememberedCommand { is_rejection: true, ..self.remembering(reply) })
    }

    /// Answers a repetition with what the first one was answered.
    pub(super) fn first_answer<R: Reply>(&self, first: RememberedCommand) -> SendResult<R> {
        if first.name != self.name || first.target != self.target {
            let target = first.target.map_or_else(String::new, |target| format!(" to {target}"));
            let first = format!("{}{target}", first.name);
            return Err(CommandError::CommandIdReused { command_id: self.id, first });
        }
        if first.is_rejection {
            let error = self.recorded.map(|codec| (codec.decode)(&first.reply));
            return Err(match error {
                Some(Ok(error)) => CommandError::Rejected { command_id: self.id, error },
                Some(Err(error)) => self.another_shape("recorded error", &error.to_string()),
                None => self.another_shape("recorded error", "it is no serde type any more"),
            });
        }
        let reply = serde_json::from_slice(&first.reply)
            .map_err(|error| self.another_shape("reply", &error.to_string()))?;
        Ok(Tracked { reply, token: first.token })
    }

    fn another_shape(&self, what: &str, reason: &str) -> Failure {
        CommandError::Undecodable {
            command_id: self.id,
            name: self.name.to_owned(),
            reason: format!("its first {what} has another shape now: {reason}"),
        }
    }

    pub(super) fn refusal(&self, refusal: Refusal<Rejection>) -> Failure {
        let command_id = self.id;
        let refusal = match refusal {
            Refusal::Rejected(error) | Refusal::Recorded(error) => {
                return CommandError::Rejected { command_id, error };
            }
            Refusal::Nested(error) => {
                return CommandError::Nested { command_id, error, has_effects: false };
            }
            Refusal::Vetoed(veto) => return self.vetoed(veto),
            Refusal::Repository(error) => return self.unavailable(error),
            Refusal::Fault(fault) | Refusal::Parameter(fault) => return self.fault(fault),
            about_the_target => about_the_target,
        };
        // Only the handlers of aggregates say these, and they have a target.
        let Some(stream) = self.target.clone() else { return self.lost_state() };
        match refusal {
            Refusal::NotFound => CommandError::NotFound { command_id, stream },
            Refusal::MemberNotFound { member, key } => {
                CommandError::MemberNotFound { command_id, stream, member, key }
            }
            Refusal::MemberExists { member, key } => {
                CommandError::MemberExists { command_id, stream, member, key }
            }
            Refusal::AlreadyExists => CommandError::AlreadyExists { command_id, stream },
            Refusal::Deleted => CommandError::Deleted { command_id, stream },
            _ => self.lost_state(),
        }
    }

    /// An aggregate of the unit of work could not be had.
    fn unavailable(&self, error: RepositoryError) -> Failure {
        let command_id = self.id;
        match error {
            RepositoryError::NotFound(stream) => CommandError::NotFound { command_id, stream },
            RepositoryError::AlreadyExists(stream) => {
                CommandError::AlreadyExists { command_id, stream }
            }
            RepositoryError::Deleted(stream) => CommandError::Deleted { command_id, stream },
            RepositoryError::InUse(stream) => CommandError::InUse { command_id, stream },
            RepositoryError::InvalidId(source) => CommandError::InvalidId { command_id, source },
            RepositoryError::Load(source) => {
                CommandError::Load { command_id, source, has_effects: false }
            }
            RepositoryError::Fault(fault) => self.fault(fault),
        }
    }

    pub(super) fn append_error(&self, error: AppendError) -> Failure {
        let command_id = self.id;
        match error {
            AppendError::OutcomeUnknown { reason } => {
                CommandError::OutcomeUnknown { command_id, reason, has_effects: false }
            }
            AppendError::Closed => CommandError::ShuttingDown { command_id, has_effects: false },
            source => CommandError::Append { command_id, source, has_effects: false },
        }
    }

    /// An interceptor stopped the command.
    pub(super) fn stopped(&self, stopped: Stopped) -> Failure {
        match stopped {
            Stopped::Vetoed(veto) => self.vetoed(veto),
            Stopped::Panicked { who, message } => CommandError::Panicked {
                command_id: self.id,
                who: who.into(),
                message,
                was_sent_on: false,
                has_effects: false,
            },
        }
    }

    fn vetoed(&self, veto: Veto) -> Failure {
        let (command, target) = (self.name, self.target.clone());
        CommandError::Vetoed { command_id: self.id, command, target, veto, has_effects: false }
    }

    pub(super) fn fault(&self, fault: Fault) -> Failure {
        CommandError::Fault { command_id: self.id, fault, has_effects: false }
    }

    pub(super) fn panicked(&self, panic: Box<dyn Any + Send>) -> Failure {
        panicked(self.id, panic)
    }

    /// The deadline passed while the log was writing.
    pub(super) fn late(&self, stores_nothing: bool) -> Failure {
        let command_id = self.id;
        if stores_nothing {
            return self.too_late();
        }
        let reason = "the deadline passed while the log was writing".to_owned();
        CommandError::OutcomeUnknown { command_id, reason, has_effects: false }
    }

    /// The creating handler made an aggregate that is not the command's target.
    pub(super) fn another_id<A: Aggregate>(&self, target: &StreamId, made: &A::Id) -> Failure {
        self.fault(Fault::defect(format!(
            "the handler of `{}` created `{}` with id `{}`, but the command's target is `{}`; \
             take the id from the command",
            self.name,
            A::NAME,
            made.to_text(),
            target.id()
        )))
    }

    pub(super) fn lost_state(&self) -> Failure {
        super::bug("the live state is gone although its turn is held", self.id)
    }
}

/// A handler panicked.
pub(super) fn panicked(command_id: CommandId, panic: Box<dyn Any + Send>) -> Failure {
    let (who, message) = ("the handler".into(), panic_message(&*panic));
    CommandError::Panicked { command_id, who, message, was_sent_on: false, has_effects: false }
}
