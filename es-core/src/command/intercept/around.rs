use std::any::Any;
use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};

use super::Registered;
use super::handling::{Handled, HandlingInterceptor};
use crate::command::wording::panicked;
use crate::command::{CommandMessage, Veto};
use crate::event::{CommandId, Metadata, StreamId, keys};
use crate::future::panic_message;

/// What surrounds one decision of a handler, and how far it got.
pub(crate) struct Around<'a> {
    pub(crate) interceptors: &'a [Registered<dyn HandlingInterceptor>],
    pub(crate) name: &'static str,
    pub(crate) id: CommandId,
    pub(crate) target: Option<&'a StreamId>,
    pub(crate) payload: &'a (dyn Any + Send + Sync),
    /// How many let the command through.
    pub(crate) passed: usize,
}

impl Around<'_> {
    /// The command as interceptors see it.
    pub(crate) fn message<'m>(&'m self, metadata: &'m Metadata) -> CommandMessage<'m> {
        let Self { name, id, target, payload, .. } = *self;
        CommandMessage { name, id, metadata, target, payload }
    }

    /// Goes in through every interceptor, up to one that stops the command.
    pub(crate) fn enter(&mut self, metadata: &mut Metadata) -> Result<(), Stopped> {
        if self.interceptors.is_empty() {
            return Ok(());
        }
        let before = metadata.clone();
        for interceptor in self.interceptors {
            let so_far = metadata.clone();
            let before = || interceptor.runs.before(&self.message(&so_far), metadata);
            guarded(before, || interceptor.named("handling"))?;
            self.passed += 1;
        }
        same_tenant("handling", &before, metadata)
    }

    /// Goes out through those that let the command in, the last one first. All of them see it,
    /// also what a further one stopped; the first to stop it is the one that is told.
    pub(crate) fn leave(&self, metadata: &Metadata, handled: Handled<'_>) -> Result<(), Stopped> {
        let mut stopped = Ok(());
        for interceptor in self.interceptors.iter().take(self.passed).rev() {
            let handled = match &stopped {
                Ok(()) => handled,
                Err(stopped) => Handled::Failed(stopped),
            };
            let after = || interceptor.runs.after(&self.message(metadata), handled);
            let left = guarded(after, || interceptor.named("handling"));
            stopped = stopped.and(left);
        }
        stopped
    }

    /// Goes out with what is lost already: that one of them stops it too changes nothing.
    pub(crate) fn lose(&self, metadata: &Metadata, error: &dyn std::fmt::Display) {
        let _ = self.leave(metadata, Handled::Failed(error));
    }
}

/// Stops a command whose tenant was changed: the turn that it has is that of the tenant's stream.
pub(crate) fn same_tenant(kind: &str, before: &Metadata, after: &Metadata) -> Result<(), Stopped> {
    if after.get(keys::TENANT) == before.get(keys::TENANT) {
        return Ok(());
    }
    Err(Stopped::Vetoed(Veto::new(format!(
        "a {kind} interceptor changed `tenant`, which is too late; use a dispatch interceptor"
    ))))
}

/// Why an interceptor stopped a command.
pub(crate) enum Stopped {
    Vetoed(Veto),
    /// It did not mean to.
    Panicked {
        who: String,
        message: String,
    },
}

// As the sender is told: see the variants of `CommandError`.
impl fmt::Display for Stopped {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Vetoed(veto) => veto.fmt(f),
            Self::Panicked { who, message } => f.write_str(&panicked(who, message, false)),
        }
    }
}

/// Stops the command where an interceptor panics: it is this command's error alone.
pub(crate) fn guarded(
    intercept: impl FnOnce() -> Result<(), Veto>,
    who: impl FnOnce() -> String,
) -> Result<(), Stopped> {
    match catch_unwind(AssertUnwindSafe(intercept)) {
        Ok(intercepted) => intercepted.map_err(Stopped::Vetoed),
        Err(panic) => Err(Stopped::Panicked { who: who(), message: panic_message(&*panic) }),
    }
}
