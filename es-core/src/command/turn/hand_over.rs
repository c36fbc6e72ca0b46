//! From what a handler came to, to a batch that is with the log.

use tokio::sync::OwnedMutexGuard;

use super::{Decided, Fallible, Journey};
use crate::aggregate::{Aggregate, AggregateId, InFlight, Live, Turn, take_when_due};
use crate::command::{Around, CommandError, DomainError, Refusal, Reply};
use crate::event::{Metadata, Sequence};
use crate::store::{Append, AppendError, NewEvent, Permit};

/// What a handler's run came to.
pub(super) struct Outcome<A, R, X> {
    pub(super) result: Result<R, CommandError<X>>,
    /// The state, unless it has to be folded again.
    pub(super) live: Option<Live<A>>,
    /// The version it was decided on.
    version: Option<Sequence>,
    /// What is stored with its events.
    pub(super) metadata: Metadata,
}

impl<A: Aggregate, X: DomainError> Journey<A, X> {
    /// What a handler's run came to, and the state it left if that may be used again.
    pub(super) fn outcome<R>(
        &self,
        outcome: std::thread::Result<Result<R, Refusal<X>>>,
        live: Live<A>,
        around: &Around<'_>,
        metadata: Metadata,
    ) -> Outcome<A, R, X> {
        let version = live.version;
        let (result, live) = match outcome {
            Ok(Ok(reply)) => (Ok(reply), Some(live)),
            // Applied before it failed: the state is dropped and folded again.
            Ok(Err(refusal)) => {
                (Err(self.refusal(refusal)), live.slot.is_untouched().then_some(live))
            }
            Err(panic) => (Err(self.panicked(panic)), None),
        };
        let mut outcome = Outcome { result, live, version, metadata };
        self.leave(around, &mut outcome);
        outcome
    }

    /// Hands the decision to the log and gives the turn back, in one step without an await.
    ///
    /// What stores nothing is handed over too, whatever it is: also the text of a fault may tell
    /// of events that are not durable.
    pub(super) fn hand_over<R: Reply>(
        &self,
        outcome: Outcome<A, R, X>,
        mut turn: OwnedMutexGuard<Turn<A>>,
        permit: Permit,
    ) -> Fallible<Decided<R, X>, X> {
        let Outcome { result, mut live, version, metadata } = outcome;
        let mut batch = Append {
            tenant: self.cell.stream.tenant().clone(),
            decided_on: turn.decided_on(),
            expectations: vec![self.expectation(version)],
            ..Append::default()
        };
        if let (Ok(reply), Some(live)) = (&result, &mut live) {
            self.stage(&mut batch, reply, live, &metadata)?;
        }
        if self.is_late() {
            turn.live = live.filter(|_| batch.events.is_empty());
            return Err(CommandError::DeadlineExceeded { command_id: self.id });
        }
        if let Some(live) = &live {
            let store = &self.runtime.shared().store;
            take_when_due(store, &self.cell.stream, &turn, live, &batch);
        }
        let fate = batch.fate.clone();
        let stores_nothing = batch.stores_nothing();
        let appended = permit.append(batch);
        if fate.is_pending() {
            turn.in_flight.push_back(InFlight { fate, command: self.id });
        } else if fate.is_undone() {
            live = None;
        }
        turn.live = live;
        Ok(Decided { outcome: result, stores_nothing, appended })
    }

    /// Puts what was applied into the batch, and counts it into the live version.
    fn stage<R: Reply>(
        &self,
        batch: &mut Append,
        reply: &R,
        live: &mut Live<A>,
        metadata: &Metadata,
    ) -> Fallible<(), X> {
        let staged = live.slot.take_staged().map_err(|fault| self.fault(fault))?;
        if staged.is_empty() {
            return Ok(());
        }
        let stored = staged.len() as u64;
        self.check(&staged, live)?;
        batch.command = Some(self.remember(reply)?);
        batch.events = self.sign(staged, metadata);
        let before = live.version.map_or(0, |version| version.next().0);
        live.version = Some(Sequence(before + stored - 1));
        Ok(())
    }

    /// Refuses what must not be stored, before it takes room in the log's queue.
    fn check(&self, staged: &[NewEvent], live: &Live<A>) -> Fallible<(), X> {
        let limit = self.runtime.shared().payload_limit_bytes;
        if let Some(event) = staged.iter().find(|event| event.payload.len() > limit) {
            let (name, bytes) = (event.name.to_string(), event.payload.len());
            return Err(self.append_error(AppendError::TooLarge { name, bytes, limit }));
        }
        let is_created = live.version.is_none();
        match live.slot.get() {
            Some(state) if is_created && state.id().to_text() != self.cell.stream.id() => {
                Err(self.another_id(state.id()))
            }
            _ => Ok(()),
        }
    }
}
