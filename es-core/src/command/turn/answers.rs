//! What a journey says to the log and to its caller.

use std::any::Any;
use std::borrow::Cow;

use super::{Fallible, Journey};
use tokio::task::JoinError;

use crate::aggregate::Aggregate;
use crate::command::handled::SendResult;
use crate::command::{CommandError, CommandOf, Refusal, Tracked};
use crate::event::{Codec, EventId, Json, Sequence, encoded};
use crate::fault::Fault;
use crate::future::panic_message;
use crate::store::{AppendError, CommitToken, Expectation, Expected, NewEvent, RememberedCommand};

impl<A: Aggregate, C: CommandOf<A>> Journey<A, C> {
    pub(super) fn expectation(&self, version: Option<Sequence>) -> Expectation {
        let expected = version.map_or(Expected::NoStream, Expected::Exact);
        Expectation { stream: self.cell.stream.clone(), expected }
    }

    /// Says whose events these are, and what caused them.
    pub(super) fn sign(&self, mut staged: Vec<NewEvent>) -> Vec<NewEvent> {
        for event in &mut staged {
            event.id = EventId::of_command(self.id);
            event.stream = Some(self.cell.stream.clone());
            event.metadata = self.metadata.clone();
        }
        staged
    }

    pub(super) fn remember(&self, reply: &C::Reply) -> Fallible<RememberedCommand, C::Error> {
        let reply = encoded(|buffer| Json::encode(reply, buffer)).map_err(|error| {
            self.fault(Fault::new(format!("the reply cannot be encoded: {error}")))
        })?;
        Ok(RememberedCommand {
            id: self.id,
            name: Cow::Borrowed(C::NAME),
            target: Some(self.cell.stream.clone()),
            reply,
            from_outside: self.is_repeatable,
            token: CommitToken::default(),
        })
    }

    /// Answers a repetition with what the first one was answered.
    pub(super) fn first_answer(&self, first: RememberedCommand) -> SendResult<C::Reply, C::Error> {
        let is_same = first.name == C::NAME && first.target.as_ref() == Some(&self.cell.stream);
        if !is_same {
            let target = first.target.map_or_else(String::new, |target| format!(" to {target}"));
            let first = format!("{}{target}", first.name);
            return Err(CommandError::CommandIdReused { command_id: self.id, first });
        }
        let reply =
            serde_json::from_slice(&first.reply).map_err(|error| CommandError::Undecodable {
                command_id: self.id,
                name: C::NAME.to_owned(),
                reason: format!("its first reply has another shape now: {error}"),
            })?;
        Ok(Tracked { reply, token: first.token })
    }

    pub(super) fn refusal(&self, refusal: Refusal<C::Error>) -> CommandError<C::Error> {
        let (command_id, stream) = (self.id, self.cell.stream.clone());
        match refusal {
            Refusal::Rejected(error) => CommandError::Rejected { command_id, error },
            Refusal::NotFound => CommandError::NotFound { command_id, stream },
            Refusal::AlreadyExists => CommandError::AlreadyExists { command_id, stream },
            Refusal::Deleted => CommandError::Deleted { command_id, stream },
            Refusal::Fault(fault) => self.fault(fault),
        }
    }

    pub(super) fn append_error(&self, error: AppendError) -> CommandError<C::Error> {
        let command_id = self.id;
        match error {
            AppendError::OutcomeUnknown { reason } => {
                CommandError::OutcomeUnknown { command_id, reason }
            }
            AppendError::Closed => CommandError::ShuttingDown { command_id },
            source => CommandError::Append { command_id, source },
        }
    }

    pub(super) fn conflict(&self, attempts: u32) -> CommandError<C::Error> {
        let stream = self.cell.stream.clone();
        CommandError::Conflict { command_id: self.id, stream, attempts }
    }

    pub(super) fn fault(&self, fault: Fault) -> CommandError<C::Error> {
        CommandError::Fault { command_id: self.id, fault }
    }

    pub(super) fn panicked(&self, panic: Box<dyn Any + Send>) -> CommandError<C::Error> {
        CommandError::Panicked { command_id: self.id, message: panic_message(&*panic) }
    }

    /// The deadline passed while the log was writing.
    pub(super) fn late(&self, stores_nothing: bool) -> CommandError<C::Error> {
        let command_id = self.id;
        if stores_nothing {
            return CommandError::DeadlineExceeded { command_id };
        }
        let reason = "the deadline passed while the log was writing".to_owned();
        CommandError::OutcomeUnknown { command_id, reason }
    }

    /// A handler's task ended without a result.
    pub(super) fn task_ended(&self, error: JoinError) -> CommandError<C::Error> {
        match error.try_into_panic() {
            Ok(panic) => self.panicked(panic),
            // The runtime was dropped under it: nobody can tell how far it came.
            Err(_) => CommandError::OutcomeUnknown {
                command_id: self.id,
                reason: "the runtime was shut down while the handler ran".to_owned(),
            },
        }
    }

    pub(super) fn lost_state(&self) -> CommandError<C::Error> {
        self.fault(Fault::new("the live state is gone although its turn is held"))
    }
}
