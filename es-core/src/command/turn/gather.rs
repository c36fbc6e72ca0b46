//! From what a handler came to, to a batch that is with the log.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::thread;

use super::attempts::{Handed, HandedUnit};
use super::{Failure, Fallible, Journey};
use crate::aggregate::InFlight;
use crate::command::{Around, CommandError, Handled, Refusal, Rejection, Reply};
use crate::context::Context;
use crate::event::{EventId, Metadata};
use crate::fault::Fault;
use crate::future::panic_message;
use crate::runtime::Ticket;
use crate::store::{Append, Appended, BatchFate, NewEvent, Permit, judge};
use crate::unit::{Callback, Closed, Staged};

/// What a handler answered.
pub(super) enum Answer<R> {
    Reply(R),
    /// It refused, and what was applied is stored all the same.
    Recorded(Rejection),
    Failed(Failure),
}

/// What one run of a handler decided.
pub(super) struct Gathered<R> {
    pub(super) answer: Answer<R>,
    /// Signed, in the order of `apply` and `publish`.
    pub(super) events: Vec<NewEvent>,
    pub(super) closed: Option<Box<Closed>>,
}

impl<R> Answer<R> {
    /// True if what was applied is stored.
    pub(super) fn stores(&self) -> bool {
        !matches!(self, Self::Failed(_))
    }
}

impl Journey {
    /// What a handler's call came to.
    pub(super) fn answer<R>(
        &self,
        called: thread::Result<Result<R, Refusal<Rejection>>>,
    ) -> Answer<R> {
        match called {
            Ok(Ok(reply)) => Answer::Reply(reply),
            Ok(Err(Refusal::Recorded(error))) => Answer::Recorded(error),
            Ok(Err(refusal)) => Answer::Failed(self.refusal(refusal)),
            Err(panic) => Answer::Failed(self.panicked(panic)),
        }
    }

    /// Ends the unit of work, and shows interceptors what is to be stored.
    pub(super) fn gather<R>(
        &self,
        mut answer: Answer<R>,
        own: Vec<NewEvent>,
        context: &Context,
        around: &Around<'_>,
    ) -> Gathered<R> {
        let mut closed = context.close();
        if closed.is_some() {
            // Also those of a command that was left behind: from now on none can begin.
            self.note_effects(context);
        }
        if answer.stores()
            && let Some(fault) = closed.as_mut().and_then(|closed| closed.fault())
        {
            answer = Answer::Failed(self.fault(fault));
        }
        let mut events = Vec::new();
        if answer.stores() {
            match self.in_order(own, closed.as_deref_mut(), &context.metadata) {
                Ok(ordered) => events = ordered,
                Err(fault) => answer = Answer::Failed(self.fault(fault)),
            }
        }
        self.leave(around, &mut answer, &events, &context.metadata);
        if !answer.stores() {
            events.clear();
            if let Some(closed) = &mut closed {
                closed.forget();
            }
        }
        Gathered { answer, events, closed }
    }

    /// Shows the interceptors what the handler came to; the decision is dropped if one stops it.
    pub(super) fn leave<R>(
        &self,
        around: &Around<'_>,
        answer: &mut Answer<R>,
        events: &[NewEvent],
        metadata: &Metadata,
    ) {
        let handled = match answer {
            Answer::Reply(_) => Handled::Decided(events),
            Answer::Recorded(error) => Handled::Failed(error),
            Answer::Failed(error) => Handled::Failed(error),
        };
        if let Err(stopped) = around.leave(metadata, handled) {
            *answer = Answer::Failed(self.stopped(stopped));
        }
    }

    /// Puts what a run decided into its batch.
    pub(super) fn fill<R: Reply>(
        &self,
        batch: &mut Append,
        gathered: &mut Gathered<R>,
    ) -> Fallible<()> {
        batch.tenant = self.tenant.clone();
        if let Some(closed) = &mut gathered.closed {
            closed.expect(batch);
        }
        if !gathered.events.is_empty() {
            self.check_sizes(&gathered.events)?;
            batch.command = Some(match &gathered.answer {
                Answer::Reply(reply) => self.remember(reply)?,
                Answer::Recorded(error) => self.remember_refusal(error)?,
                // Nothing is stored of what failed.
                Answer::Failed(_) => {
                    return Err(super::bug("what failed would be stored", self.id));
                }
            });
            batch.events = std::mem::take(&mut gathered.events);
        } else if self.is_repeatable {
            // Another process may have carried it out since the id was looked up, and then this
            // answer was decided on a state that the command itself has changed.
            batch.unless_stored = Some(self.id);
        }
        Ok(())
    }

    /// Refuses what must not be stored, before it takes room in the log's queue.
    fn check_sizes(&self, events: &[NewEvent]) -> Fallible<()> {
        let limit = self.runtime.shared().payload_limit_bytes;
        judge::sizes(events, limit).map_err(|error| self.append_error(error))
    }

    /// What the sender is told once the log has taken what was decided.
    pub(super) fn outcome<R>(&self, answer: Answer<R>) -> Fallible<R> {
        match answer {
            Answer::Reply(reply) => Ok(reply),
            Answer::Recorded(error) => Err(CommandError::Rejected { command_id: self.id, error }),
            Answer::Failed(error) => Err(error),
        }
    }
}

impl Journey {
    /// Puts the target's events and those of the unit of work in the order in which they came.
    fn in_order(
        &self,
        mut own: Vec<NewEvent>,
        closed: Option<&mut Closed>,
        metadata: &Metadata,
    ) -> Result<Vec<NewEvent>, Fault> {
        let sign = |event: &mut NewEvent| {
            event.id = EventId::of_command(self.id);
            event.stream.clone_from(&self.target);
            event.metadata = metadata.clone();
        };
        let Some(closed) = closed else {
            own.iter_mut().for_each(sign);
            return Ok(own);
        };
        let mut all = closed.take_events();
        all.extend(own.into_iter().map(|event| Staged::signed(event, sign)));
        all.sort_by_key(|staged| staged.order);
        closed.check_boundaries(&all)?;
        Ok(all.into_iter().map(|staged| staged.event).collect())
    }

    /// Hands a batch to the log, and gives back the turns that the unit of work holds.
    pub(super) fn append(
        &self,
        batch: Append,
        closed: Option<Box<Closed>>,
        permit: Permit,
    ) -> (Handed, Appended) {
        let stores_nothing = batch.stores_nothing();
        let Some(mut closed) = closed else {
            return (Handed { stores_nothing, unit: None }, permit.append(batch));
        };
        let fate = batch.fate.clone();
        closed.advance(&self.runtime.shared().store, &batch);
        let appended = permit.append(batch);
        let (touched, created) = (closed.touched(), closed.created());
        let callbacks = closed.take_callbacks();
        closed.release(&InFlight { fate: fate.clone(), command: self.id });
        let afterwards = (!callbacks.is_empty())
            .then(|| tokio::spawn(after(fate, callbacks, self.runtime.stay())));
        let unit = Some(Box::new(HandedUnit { touched, created, afterwards }));
        (Handed { stores_nothing, unit }, appended)
    }
}

/// Runs what waits for a batch to be durable, and nothing if it is undone.
// On a task of its own: whoever sent the command may be gone by then.
async fn after(fate: BatchFate, callbacks: Vec<Callback>, _ticket: Ticket) {
    fate.settled().await;
    if !fate.is_committed() {
        return;
    }
    for callback in callbacks {
        if let Err(panic) = catch_unwind(AssertUnwindSafe(callback)) {
            tracing::error!(panic = %panic_message(&*panic), "a callback after commit panicked");
        }
    }
}
