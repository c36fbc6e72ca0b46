use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::Ordering;
use std::time::Instant;

use super::Registered;
use super::answer::Dispatched;
use super::attempt::{Attempt, Progress};
use super::chain::AnyCommand;
use crate::command::{CommandError, CommandMessage, Dispatch, Rejection, Veto};
use crate::event::{CommandId, Metadata, StreamId};
use crate::future::{BoxFuture, CatchUnwind, panic_message};
use crate::runtime::Runtime;

/// Runs around every send: once, in its caller, and sees the durable answer.
///
/// It may stop the command, change what travels with it, and send it again. Whichever way a
/// command is sent goes through it: `send`, `dispatch`, `named` and their variants, also from
/// within a handler. A command that a handler sends is a part of what that handler decides: it is
/// as durable as the outer command, whose interceptors see the durable answer.
///
/// ```
/// # use es_core::command::{DispatchInterceptor, Dispatched, Sending, Veto};
/// # use es_core::future::BoxFuture;
/// struct OnlyKnownUsers;
///
/// impl DispatchInterceptor for OnlyKnownUsers {
///     fn intercept<'a>(&'a self, mut sending: Sending<'a>) -> BoxFuture<'a, Dispatched> {
///         Box::pin(async move {
///             if sending.metadata().get("user").is_none() {
///                 return Err(sending.veto(Veto::new("nobody is logged in")));
///             }
///             sending.proceed().await
///         })
///     }
/// }
/// ```
///
/// # Cancel safety
/// It is dropped with the send: what comes after `proceed` does not run then, although the command
/// may be carried out; one that a handler sent is taken back. What must happen after each commit
/// belongs into an event handler.
pub trait DispatchInterceptor: Send + Sync + 'static {
    /// Gives back what [`Sending::proceed`] gave, or an error.
    fn intercept<'a>(&'a self, sending: Sending<'a>) -> BoxFuture<'a, Dispatched>;
}

/// A command on its way to its handler.
pub struct Sending<'a> {
    pub(super) runtime: &'a Runtime,
    pub(super) command: &'a dyn AnyCommand,
    pub(super) rest: &'a [Registered<dyn DispatchInterceptor>],
    pub(super) id: CommandId,
    pub(super) dispatch: Dispatch,
    pub(super) target: Option<StreamId>,
    progress: &'a Progress,
}

impl Sending<'_> {
    /// The command with its name, id, metadata and target.
    #[must_use]
    pub fn message(&self) -> CommandMessage<'_> {
        CommandMessage {
            name: self.command.name(),
            id: self.id,
            metadata: &self.dispatch.metadata,
            target: self.target.as_ref(),
            payload: self.command.payload(),
        }
    }

    /// The command's stored name.
    #[must_use]
    pub fn name(&self) -> &'static str {
        self.command.name()
    }

    /// The command's id.
    #[must_use]
    pub fn id(&self) -> CommandId {
        self.id
    }

    /// What travels with the command.
    #[must_use]
    pub fn metadata(&self) -> &Metadata {
        &self.dispatch.metadata
    }

    /// Changes what travels with the command; it is stored with its events.
    pub fn metadata_mut(&mut self) -> &mut Metadata {
        &mut self.dispatch.metadata
    }

    /// When the command's caller gives up.
    #[must_use]
    pub fn deadline(&self) -> Option<Instant> {
        self.dispatch.deadline
    }

    /// Gives up at this moment; see [`Dispatch::deadline`].
    pub fn set_deadline(&mut self, deadline: Instant) {
        self.dispatch.deadline = Some(deadline);
    }

    /// Sends the command on, and gives its answer once everything it decided is durable.
    ///
    /// Called again, it sends the command again under the same id: one that was carried out, also
    /// without anybody knowing, is answered from memory, as long as the log [remembers
    /// it](crate::event::CommandId). Within a handler nothing is remembered yet: one that succeeded
    /// there is carried out once more.
    ///
    /// Within a handler an interceptor that gives an error where this gave none, panics or is
    /// dropped takes back what the command did: its events, its callbacks, and those of the
    /// commands that it sent. So one further out may send it again.
    ///
    /// # Errors
    /// See [`crate::command::CommandGateway::send`]; the domain's error is found by
    /// [`Rejection::downcast_ref`].
    ///
    /// # Cancel safety
    /// As that of [`CommandGateway`](crate::command::CommandGateway#cancel-safety): an attempt that
    /// is dropped before its handler starts is withdrawn, and a later one is not.
    pub async fn proceed(&mut self) -> Dispatched {
        let mut dispatch = self.dispatch.clone();
        // From now on the id is known to the log, perhaps.
        self.dispatch.generated = false;
        self.progress.was_sent_on.store(true, Ordering::Relaxed);
        let dispatched = match self.rest.split_first() {
            Some((next, rest)) => {
                let attempt = self.dispatch.within.as_ref().map(Attempt::begin);
                if let Some(attempt) = &attempt {
                    dispatch.within = Some(attempt.unit().clone());
                }
                let (runtime, command) = (self.runtime, self.command);
                let progress = Progress::default();
                let sending = Sending::new(runtime, command, rest, dispatch, &progress);
                let dispatched = through(next, sending).await;
                match attempt {
                    Some(attempt) => attempt.end(self.id, dispatched, &progress),
                    None => dispatched,
                }
            }
            None => self.command.send(self.runtime, dispatch).await,
        };
        if dispatched.is_ok() {
            self.progress.has_succeeded.store(true, Ordering::Relaxed);
        }
        dispatched
    }

    /// Stops the command: `return Err(sending.veto(NotAllowed))`.
    ///
    /// To be said in place of [`proceed`](Self::proceed): what was carried out stays stored.
    pub fn veto(&self, veto: impl Into<Veto>) -> CommandError<Rejection> {
        let (command, target) = (self.name(), self.target.clone());
        CommandError::Vetoed {
            command_id: self.id,
            command,
            target,
            veto: veto.into(),
            has_effects: false,
        }
    }
}

impl<'a> Sending<'a> {
    pub(super) fn new(
        runtime: &'a Runtime,
        command: &'a dyn AnyCommand,
        rest: &'a [Registered<dyn DispatchInterceptor>],
        mut dispatch: Dispatch,
        progress: &'a Progress,
    ) -> Self {
        let id = *dispatch.id_or_generate();
        let target = dispatch.tenant_of().ok().and_then(|tenant| command.target(&tenant));
        Self { runtime, command, rest, id, dispatch, target, progress }
    }
}

/// Sends a command through one interceptor. A panic is this command's error alone, as in a handler,
/// and those further out see it as they see every error.
async fn through<'a>(
    interceptor: &'a Registered<dyn DispatchInterceptor>,
    sending: Sending<'a>,
) -> Dispatched {
    let (command_id, progress) = (sending.id, sending.progress);
    let is_nested = sending.dispatch.within.is_some();
    // The call may panic too, before there is a future.
    let called = catch_unwind(AssertUnwindSafe(|| interceptor.runs.intercept(sending)));
    let ended = match called {
        Ok(intercepting) => CatchUnwind(intercepting).await,
        Err(panic) => Err(panic),
    };
    ended.unwrap_or_else(|panic| {
        Err(CommandError::Panicked {
            command_id,
            who: interceptor.named("dispatch").into(),
            message: panic_message(&*panic),
            // What a handler sent is taken back.
            was_sent_on: !is_nested && progress.was_sent_on.load(Ordering::Relaxed),
            has_effects: false,
        })
    })
}

impl fmt::Debug for Sending<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Sending").field(&self.message()).finish()
    }
}
