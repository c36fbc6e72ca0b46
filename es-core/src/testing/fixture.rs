use std::cell::Cell;
use std::sync::Arc;

use super::call::call;
use super::past::Past;
use crate::aggregate::{Aggregate, AggregateId, Slot};
use crate::command::{Command, CommandMessage, CommandOf, Dispatch, Refusal, Reply};
use crate::context::{Context, Resources};
use crate::event::{CommandId, Sequence, StreamId, Tenant, Timestamp};
use crate::fault::Fault;
use crate::store::NewEvent;

/// One aggregate, its past, and what surrounds the commands sent to it.
pub(super) struct Fixture<A> {
    pub(super) past: Past<A>,
    pub(super) now: Timestamp,
    pub(super) resources: Arc<Resources>,
    commands: u64,
}

/// What one command led to.
pub(super) struct Ran<A: Aggregate, C: CommandOf<A>> {
    pub(super) command: C,
    pub(super) answer: Result<C::Reply, Refusal<C::Error>>,
    pub(super) stored: Vec<NewEvent>,
    /// The state that the handler left, if it was accepted.
    pub(super) live: Slot<A>,
}

/// The command is for another version than the one that was reached.
// In production no handler answers it, so that `Refusal` does not know it.
#[derive(Debug, thiserror::Error)]
#[error("the command is for version {expected} of the aggregate, which is at version {actual}")]
pub(super) struct OtherVersion {
    expected: Sequence,
    actual: String,
}

// Any moment would do, as long as it is the same one tomorrow.
const STILL_SINCE: i64 = 946_684_800_000_000;

impl<A: Aggregate> Fixture<A> {
    pub(super) fn new() -> Self {
        Self {
            past: Past::nothing(),
            now: Timestamp::from_microseconds(STILL_SINCE),
            resources: Arc::new(Resources::given_to("Given::provide")),
            commands: 0,
        }
    }

    /// Runs a command on the state folded so far, and adds what it stores to the past.
    pub(super) fn run<C: CommandOf<A>>(
        &mut self,
        command: C,
        dispatch: Dispatch,
    ) -> Result<Ran<A, C>, String> {
        let target = self.target::<C>(command.target_id())?;
        let mut context = self.context(dispatch);
        let mut live = self.past.load().map_err(|error| error.to_string())?;
        let mut answer = match self.enter(&command, &live, &mut context) {
            Ok(()) => call(&mut live, &command, &context),
            Err(refusal) => Err(refusal),
        };
        let mut stored = Vec::new();
        // A recorded refusal stores what was applied, like a success.
        if matches!(answer, Ok(_) | Err(Refusal::Recorded(_))) {
            match live.take_staged() {
                Ok(staged) => stored = staged,
                Err(fault) => answer = Err(Refusal::Fault(fault)),
            }
        }
        self.past.staged(&stored, self.now).map_err(|error| {
            format!(
                "`{}` stored events from which `{}` cannot be loaded again: {error}",
                C::NAME,
                A::NAME
            )
        })?;
        self.check_id::<C>(&target)?;
        if let (Ok(reply), false) = (&answer, stored.is_empty()) {
            check_reply::<C, _>(reply)?;
        }
        Ok(Ran { command, answer, stored, live })
    }

    /// What has to hold before the handler runs: the version that the command is for, and the
    /// aggregate's own interceptors.
    fn enter<C: CommandOf<A>>(
        &self,
        command: &C,
        live: &Slot<A>,
        context: &mut Context,
    ) -> Result<(), Refusal<C::Error>> {
        let Some(state) = live.get().filter(|_| !live.is_deleted()) else { return Ok(()) };
        let actual = self.past.version();
        if let Some(expected) = command.target_version()
            && actual != Some(expected)
        {
            let actual = actual.map_or_else(|| "none".to_owned(), |actual| actual.to_string());
            return Err(Refusal::Fault(Fault::new(OtherVersion { expected, actual })));
        }
        let message = CommandMessage {
            name: C::NAME,
            id: context.command_id.unwrap_or_else(CommandId::generate),
            metadata: &context.metadata.clone(),
            target: None,
            payload: command,
        };
        state.intercept(&message, &mut context.metadata, &Cell::new("")).map_err(Refusal::Vetoed)
    }

    /// The text form of a command's target, if it is the aggregate that the past made.
    fn target<C: Command>(&self, target: &A::Id) -> Result<String, String> {
        let text = target.to_text().into_owned();
        let says = |reason: &dyn std::fmt::Display| {
            format!("the target of `{}` cannot be an id: {reason}", C::NAME)
        };
        StreamId::new(&Tenant::default(), A::NAME, &text).map_err(|error| says(&error))?;
        let again = A::Id::from_text(&text).map_err(|error| says(&error))?;
        if again != *target {
            return Err(says(&format!("its text form `{text}` is read as another value")));
        }
        match self.past.id() {
            Some(id) if id != text => Err(format!(
                "what was given made `{} {id}`, and `{}` targets `{text}`; give the past of the \
                 aggregate that the command targets",
                A::NAME,
                C::NAME
            )),
            _ => Ok(text),
        }
    }

    /// In production the stream has the target's name, whatever id the events carry.
    fn check_id<C: Command>(&self, target: &str) -> Result<(), String> {
        match self.past.id() {
            Some(id) if id != target => Err(format!(
                "`{}` targets `{target}`, and the events it stored made `{} {id}`; put the \
                 target's id into the events",
                C::NAME,
                A::NAME
            )),
            _ => Ok(()),
        }
    }

    fn context(&mut self, dispatch: Dispatch) -> Context {
        self.commands += 1;
        let usual = || CommandId::from_key(&format!("command-{}", self.commands));
        let id = dispatch.id.unwrap_or_else(usual);
        let mut context = Context::detached(self.now, Arc::clone(&self.resources));
        context.command_id = Some(id);
        context.metadata = dispatch.metadata.caused_by_command(id.0);
        context
    }
}

/// A repetition of the command gets its first reply, from the JSON under the command's id.
fn check_reply<C: Command, R: Reply>(reply: &R) -> Result<(), String> {
    let read_again = serde_json::to_vec(reply).and_then(|json| serde_json::from_slice::<R>(&json));
    let complaint = |error| {
        format!("the reply of `{}` cannot be remembered under the command's id: {error}", C::NAME)
    };
    read_again.map(|_| ()).map_err(complaint)
}
