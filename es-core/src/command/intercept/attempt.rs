use std::sync::atomic::{AtomicBool, Ordering};

use super::answer::Dispatched;
use crate::command::CommandError;
use crate::event::CommandId;
use crate::unit::{UnitOfWork, Work};

/// How far one interceptor has come, for whoever waits for its answer.
#[derive(Default)]
pub(super) struct Progress {
    /// Whether it sent the command on.
    pub(super) was_sent_on: AtomicBool,
    /// Whether it was ever given an answer that was no error.
    pub(super) has_succeeded: AtomicBool,
}

/// What a command does that a handler sent, while one interceptor has it: taken back where the
/// interceptor makes a failure of it, or is dropped.
pub(super) struct Attempt<'a> {
    work: Work<'a>,
}

impl<'a> Attempt<'a> {
    pub(super) fn begin(sender: &'a UnitOfWork) -> Self {
        Self { work: Work::of_attempt(sender) }
    }

    /// What the command joins.
    pub(super) fn unit(&self) -> &UnitOfWork {
        &self.work.unit
    }

    /// Ends it with the interceptor's answer.
    pub(super) fn end(self, id: CommandId, answer: Dispatched, progress: &Progress) -> Dispatched {
        let is_kept = match &answer {
            Ok(_) => true,
            // A refusal that passes through keeps what it recorded.
            Err(error) => error.is_rejection() && !progress.has_succeeded.load(Ordering::Relaxed),
        };
        let has_effects = self.unit().has_effects();
        let kept = if is_kept { self.work.keep() } else { Ok(()) };
        kept.map_err(|fault| CommandError::Fault { command_id: id, fault, has_effects: false })
            .and(answer)
            .map_err(|error| if has_effects { error.after_effects() } else { error })
    }
}
