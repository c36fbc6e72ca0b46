//! What a journey says to the log and to its caller.

use std::any::Any;
use std::borrow::Cow;
use std::panic::{AssertUnwindSafe, catch_unwind};

use super::{Fallible, Journey};
use tokio::task::JoinError;

use crate::aggregate::{Aggregate, AggregateId};
use crate::command::handled::SendResult;
use crate::command::{CommandError, DomainError, Refusal, Reply, Tracked};
use crate::event::{Codec, EventId, Json, Metadata, Sequence, encoded};
use crate::fault::Fault;
use crate::future::panic_message;
use crate::store::{AppendError, CommitToken, Expectation, Expected, NewEvent, RememberedCommand};

impl<A: Aggregate, X: DomainError> Journey<A, X> {
    pub(super) fn expectation(&self, version: Option<Sequence>) -> Expectation {
        let expected = version.map_or(Expected::NoStream, Expected::Exact);
        Expectation { stream: self.cell.stream.clone(), expected }
    }

    /// Says whose events these are, and what caused them.
    pub(super) fn sign(&self, mut staged: Vec<NewEvent>, metadata: &Metadata) -> Vec<NewEvent> {
        for event in &mut staged {
            event.id = EventId::of_command(self.id);
            event.stream = Some(self.cell.stream.clone());
            event.metadata = metadata.clone();
        }
        staged
    }

    pub(super) fn remember<R: Reply>(&self, reply: &R) -> Fallible<RememberedCommand, X> {
        // The user's `Serialize` runs here.
        let encoding = AssertUnwindSafe(|| encoded(|buffer| Json::encode(reply, buffer)));
        let encoded = catch_unwind(encoding).map_err(|panic| self.panicked(panic))?;
        let reply = encoded.map_err(|error| {
            self.fault(Fault::new(format!("the reply cannot be encoded: {error}")))
        })?;
        Ok(RememberedCommand {
            id: self.id,
            name: Cow::Borrowed(self.name),
            target: Some(self.cell.stream.clone()),
            reply,
            is_rejection: false,
            from_outside: self.is_repeatable,
            token: CommitToken::default(),
        })
    }

    /// Answers a repetition with what the first one was answered.
    pub(super) fn first_answer<R: Reply>(&self, first: RememberedCommand) -> SendResult<R, X> {
        let is_same = first.name == self.name && first.target.as_ref() == Some(&self.cell.stream);
        if !is_same {
            let target = first.target.map_or_else(String::new, |target| format!(" to {target}"));
            let first = format!("{}{target}", first.name);
            return Err(CommandError::CommandIdReused { command_id: self.id, first });
        }
        let reply =
            serde_json::from_slice(&first.reply).map_err(|error| CommandError::Undecodable {
                command_id: self.id,
                name: self.name.to_owned(),
                reason: format!("its first reply has another shape now: {error}"),
            })?;
        Ok(Tracked { reply, token: first.token })
    }

    pub(super) fn refusal(&self, refusal: Refusal<X>) -> CommandError<X> {
        let (command_id, stream) = (self.id, self.cell.stream.clone());
        match refusal {
            Refusal::Rejected(error) | Refusal::Recorded(error) => {
                CommandError::Rejected { command_id, error }
            }
            Refusal::MemberNotFound { member, key } => {
                CommandError::MemberNotFound { command_id, stream, member, key }
            }
            Refusal::Nested(error) => CommandError::Nested { command_id, error },
            Refusal::Vetoed(veto) => CommandError::Vetoed { command_id, veto },
            Refusal::Repository(error) => self.fault(Fault::new(error.to_string())),
            Refusal::NotFound => CommandError::NotFound { command_id, stream },
            Refusal::AlreadyExists => CommandError::AlreadyExists { command_id, stream },
            Refusal::Deleted => CommandError::Deleted { command_id, stream },
            Refusal::Fault(fault) => self.fault(fault),
        }
    }

    pub(super) fn append_error(&self, error: AppendError) -> CommandError<X> {
        let command_id = self.id;
        match error {
            AppendError::OutcomeUnknown { reason } => {
                CommandError::OutcomeUnknown { command_id, reason }
            }
            AppendError::Closed => CommandError::ShuttingDown { command_id },
            source => CommandError::Append { command_id, source },
        }
    }

    pub(super) fn conflict(&self, attempts: u32) -> CommandError<X> {
        let stream = self.cell.stream.clone();
        CommandError::Conflict { command_id: self.id, stream, attempts }
    }

    pub(super) fn fault(&self, fault: Fault) -> CommandError<X> {
        CommandError::Fault { command_id: self.id, fault }
    }

    pub(super) fn panicked(&self, panic: Box<dyn Any + Send>) -> CommandError<X> {
        CommandError::Panicked { command_id: self.id, message: panic_message(&*panic) }
    }

    /// The deadline passed while the log was writing.
    pub(super) fn late(&self, stores_nothing: bool) -> CommandError<X> {
        let command_id = self.id;
        if stores_nothing {
            return CommandError::DeadlineExceeded { command_id };
        }
        let reason = "the deadline passed while the log was writing".to_owned();
        CommandError::OutcomeUnknown { command_id, reason }
    }

    /// The creating handler made an aggregate that is not the command's target.
    pub(super) fn another_id(&self, made: &A::Id) -> CommandError<X> {
        self.fault(Fault::new(format!(
            "the handler of `{}` created a `{}` with id `{}`, but the command's target is `{}`; \
             take the id from the command",
            self.name,
            A::NAME,
            made.to_text(),
            self.cell.stream.id()
        )))
    }

    /// A handler's task ended without a result.
    pub(super) fn task_ended(&self, error: JoinError) -> CommandError<X> {
        match error.try_into_panic() {
            Ok(panic) => self.panicked(panic),
            // The runtime was dropped under it: nobody can tell how far it came.
            Err(_) => CommandError::OutcomeUnknown {
                command_id: self.id,
                reason:
                    "the runtime was dropped while the handler ran; shut the application down first"
                        .to_owned(),
            },
        }
    }

    pub(super) fn lost_state(&self) -> CommandError<X> {
        self.fault(Fault::new("the live state is gone although its turn is held; this is a bug in es, please report it"))
    }
}
