//! One command's way: wait for the turn, fold, decide, hand over, let the next one in, answer.
//!
//! The turn is given back before the batch is durable: the next command is decided on the state
//! this one left (pipelining). Its batch names this one, so that it is undone with it. Whatever
//! stores nothing (a rejection, a no-op) is handed over too, as a batch of expectations alone: it
//! is answered when the state it was decided on has proved durable and current.

mod answers;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::sync::OwnedMutexGuard;
use tokio::time::timeout_at;

use super::handled::SendResult;
use super::{AsyncCall, Call, CommandError, CommandOf, Dispatch, Refusal, SyncCall, Tracked};
use crate::aggregate::{Aggregate, Cell, InFlight, Live, Slot, Turn, fold};
use crate::context::{Context, Now};
use crate::event::{CommandId, Metadata, Sequence};
use crate::future::{BoxFuture, CatchUnwind};
use crate::runtime::{Runtime, Ticket};
use crate::store::{Append, AppendError, Appended, Committed, Permit, RememberedCommand};

/// A command on its way, with everything that stays the same when it is decided again.
struct Journey<A: Aggregate, C: CommandOf<A>> {
    runtime: Runtime,
    command: C,
    id: CommandId,
    is_repeatable: bool,
    // What is stored with the events, and what the handler sees.
    metadata: Metadata,
    deadline: Option<Instant>,
    cell: Arc<Cell<A>>,
    _ticket: Ticket,
}

/// A decision that is with the log.
struct Decided<R, X> {
    outcome: Result<R, CommandError<X>>,
    stores_nothing: bool,
    appended: Appended,
}

type Fallible<T, E> = Result<T, CommandError<E>>;

/// Carries a command out.
pub(super) async fn run<A: Aggregate, C: CommandOf<A>>(
    runtime: &Runtime,
    command: C,
    mut dispatch: Dispatch,
) -> SendResult<C::Reply, C::Error> {
    let id = *dispatch.id_or_generate();
    let ticket = runtime.admit().ok_or(CommandError::ShuttingDown { command_id: id })?;
    let invalid = |source| CommandError::InvalidId { command_id: id, source };
    let tenant = dispatch.tenant_of().map_err(invalid)?;
    let cells =
        runtime.cells::<A>().map_err(|text| CommandError::NoHandler { command_id: id, text })?;
    let capacity = runtime.shared().limits.live_aggregates;
    let cell = cells.cell(&tenant, command.target_id(), capacity).map_err(invalid)?;
    let journey = Journey {
        runtime: runtime.clone(),
        command,
        id,
        is_repeatable: !dispatch.generated,
        metadata: dispatch.metadata.caused_by_command(id.0),
        deadline: dispatch.deadline,
        cell,
        _ticket: ticket,
    };
    match C::CALL {
        Call::Sync(call) => journey.decide_at_once(call).await,
        Call::Async { call, retry } => Arc::new(journey).decide_on_a_task(call, retry).await,
    }
}

impl<A: Aggregate, C: CommandOf<A>> Journey<A, C> {
    async fn decide_at_once(
        self,
        call: SyncCall<A, C, C::Reply, C::Error>,
    ) -> SendResult<C::Reply, C::Error> {
        let mut conflicts = 0;
        loop {
            let mut turn = self.take_turn().await?;
            if let Some(first) = self.answered_before(&mut turn).await? {
                return self.first_answer(first);
            }
            let permit = self.reserve().await?;
            // From here to the hand-over there is no await: a dropped caller finds either nothing
            // done or everything handed over.
            let decided = self.decide_now(call, turn, permit)?;
            if let Some(result) = self.end(decided, true, &mut conflicts).await {
                return result;
            }
        }
    }

    async fn decide_on_a_task(
        self: Arc<Self>,
        call: AsyncCall<A, C, C::Reply, C::Error>,
        retry: bool,
    ) -> SendResult<C::Reply, C::Error> {
        let mut conflicts = 0;
        loop {
            let mut turn = self.take_turn().await?;
            if let Some(first) = self.answered_before(&mut turn).await? {
                return self.first_answer(first);
            }
            self.before_deadline(turn.settled()).await?;
            if turn.live.is_none() {
                // What it would have been decided on was undone: fold again.
                continue;
            }
            let permit = self.reserve().await?;
            // On a task of its own: a disconnecting caller must not stop it half-way.
            let journey = Arc::clone(&self);
            let mut earlier = conflicts;
            let task = tokio::spawn(async move {
                let decided = match journey.decide_async(call, turn, permit).await {
                    Ok(decided) => decided,
                    Err(error) => return (Some(Err(error)), earlier),
                };
                (journey.end(decided, retry, &mut earlier).await, earlier)
            });
            match task.await {
                Ok((Some(result), _)) => return result,
                Ok((None, so_far)) => conflicts = so_far,
                Err(error) => return Err(self.task_ended(error)),
            }
        }
    }

    /// Waits for the log's answer; `None` means: decide again.
    async fn end(
        &self,
        decided: Decided<C::Reply, C::Error>,
        may_repeat: bool,
        conflicts: &mut u32,
    ) -> Option<SendResult<C::Reply, C::Error>> {
        let committed = match self.committed(decided.appended).await {
            Some(committed) => committed,
            None => return Some(Err(self.late(decided.stores_nothing))),
        };
        match committed {
            Ok(committed) => {
                let token = committed.token;
                return Some(decided.outcome.map(|reply| Tracked { reply, token }));
            }
            Err(AppendError::CommandStored(first)) => return Some(self.first_answer(*first)),
            // Its own conflict counts; that a predecessor was undone is not its doing.
            Err(AppendError::PredecessorUndone) => {}
            Err(AppendError::Conflict { .. }) => {
                *conflicts += 1;
                if !may_repeat || *conflicts > self.runtime.shared().limits.conflict_retries {
                    return Some(Err(self.conflict(*conflicts)));
                }
                jitter(*conflicts).await;
            }
            Err(error) => return Some(Err(self.append_error(error))),
        }
        None
    }

    /// The log's answer; `None` if the deadline passed before it came.
    async fn committed(&self, appended: Appended) -> Option<Result<Committed, AppendError>> {
        match self.deadline {
            None => Some(appended.await),
            Some(deadline) => timeout_at(deadline.into(), appended).await.ok(),
        }
    }

    /// Waits for the aggregate's turn, and then for a live or freshly folded state.
    async fn take_turn(&self) -> Fallible<OwnedMutexGuard<Turn<A>>, C::Error> {
        let locking = Arc::clone(&self.cell.turn).lock_owned();
        let mut turn = self.before_deadline(locking).await?;
        turn.settle();
        if turn.live.is_none() {
            // Folding reads durable events only, so what is in flight must have settled.
            self.before_deadline(turn.settled()).await?;
            let store = &*self.runtime.shared().store;
            let folded = self
                .before_deadline(fold::<A>(store, &self.cell.stream))
                .await?
                .map_err(|source| CommandError::Load { command_id: self.id, source })?;
            turn.live = Some(Live { slot: folded.slot, version: folded.version });
        }
        Ok(turn)
    }

    /// Looks a given id up before any handler runs; one in flight is waited for.
    async fn answered_before(
        &self,
        turn: &mut Turn<A>,
    ) -> Fallible<Option<RememberedCommand>, C::Error> {
        if !self.is_repeatable {
            return Ok(None);
        }
        let same = turn.in_flight.iter().find(|batch| batch.command == self.id);
        if let Some(fate) = same.map(|batch| batch.fate.clone()) {
            self.before_deadline(fate.settled()).await?;
        }
        let store = &self.runtime.shared().store;
        let looking = store.remembered(self.cell.stream.tenant(), self.id);
        self.before_deadline(looking)
            .await?
            .map_err(|error| CommandError::Load { command_id: self.id, source: error.into() })
    }

    fn decide_now(
        &self,
        call: SyncCall<A, C, C::Reply, C::Error>,
        mut turn: OwnedMutexGuard<Turn<A>>,
        permit: Permit,
    ) -> Fallible<Decided<C::Reply, C::Error>, C::Error> {
        let Some(mut live) = turn.live.take() else {
            return Err(self.lost_state());
        };
        let context = self.context();
        let outcome =
            catch_unwind(AssertUnwindSafe(|| call(&mut live.slot, &self.command, &context)));
        let outcome = outcome.map_err(|panic| self.panicked(panic))?;
        self.hand_over(outcome, live, turn, permit)
    }

    async fn decide_async(
        &self,
        call: AsyncCall<A, C, C::Reply, C::Error>,
        mut turn: OwnedMutexGuard<Turn<A>>,
        permit: Permit,
    ) -> Fallible<Decided<C::Reply, C::Error>, C::Error> {
        let Some(mut live) = turn.live.take() else {
            return Err(self.lost_state());
        };
        let context = self.context();
        let limit = self.runtime.shared().limits.handler_time;
        let until = Instant::now() + limit;
        let until = self.deadline.map_or(until, |deadline| deadline.min(until));
        // The call itself may panic before it returns a future.
        let calling = BorrowedCall { call, slot: &mut live.slot, command: &self.command };
        let made = catch_unwind(AssertUnwindSafe(|| calling.start(&context)));
        let future = made.map_err(|panic| self.panicked(panic))?;
        let outcome = match timeout_at(until.into(), CatchUnwind(future)).await {
            Ok(outcome) => outcome.map_err(|panic| self.panicked(panic))?,
            Err(_) if self.deadline.is_some_and(|deadline| deadline <= Instant::now()) => {
                return Err(CommandError::DeadlineExceeded { command_id: self.id });
            }
            Err(_) => {
                return Err(CommandError::HandlerTimedOut { command_id: self.id, limit });
            }
        };
        self.hand_over(outcome, live, turn, permit)
    }

    /// Hands the decision to the log and gives the turn back, in one step without an await.
    fn hand_over(
        &self,
        outcome: Result<C::Reply, Refusal<C::Error>>,
        mut live: Live<A>,
        mut turn: OwnedMutexGuard<Turn<A>>,
        permit: Permit,
    ) -> Fallible<Decided<C::Reply, C::Error>, C::Error> {
        let mut batch = Append {
            tenant: self.cell.stream.tenant().clone(),
            decided_on: turn.decided_on(),
            expectations: vec![self.expectation(live.version)],
            ..Append::default()
        };
        let mut keep = true;
        let outcome = match outcome {
            Ok(reply) => {
                let staged = live.slot.take_staged().map_err(|fault| self.fault(fault))?;
                if !staged.is_empty() {
                    let stored = staged.len() as u64;
                    batch.command = Some(self.remember(&reply)?);
                    batch.events = self.sign(staged);
                    live.version = Some(live.version.map_or_else(
                        || Sequence(stored - 1),
                        |version| Sequence(version.0 + stored),
                    ));
                }
                Ok(reply)
            }
            Err(Refusal::Fault(fault)) => {
                if live.slot.is_untouched() {
                    turn.live = Some(live);
                }
                return Err(self.fault(fault));
            }
            Err(refusal) => {
                // Applied before it failed: the state is dropped and folded again.
                keep = live.slot.is_untouched();
                Err(self.refusal(refusal))
            }
        };
        let fate = batch.fate.clone();
        let stores_nothing = batch.stores_nothing();
        let appended = permit.append(batch);
        if fate.is_pending() {
            turn.in_flight.push_back(InFlight { fate, command: self.id });
        } else if fate.is_undone() {
            keep = false;
        }
        turn.live = keep.then_some(live);
        Ok(Decided { outcome, stores_nothing, appended })
    }

    async fn reserve(&self) -> Fallible<Permit, C::Error> {
        let store = &self.runtime.shared().store;
        let reserved = match store.try_reserve() {
            Err(AppendError::Overloaded) => store.reserve(self.deadline).await,
            reserved => reserved,
        };
        reserved.map_err(|error| match error {
            AppendError::Overloaded => CommandError::Overloaded { command_id: self.id },
            AppendError::Closed => CommandError::ShuttingDown { command_id: self.id },
            error => self.append_error(error),
        })
    }

    async fn before_deadline<T>(&self, future: impl Future<Output = T>) -> Fallible<T, C::Error> {
        match self.deadline {
            None => Ok(future.await),
            Some(deadline) => timeout_at(deadline.into(), future)
                .await
                .map_err(|_| CommandError::DeadlineExceeded { command_id: self.id }),
        }
    }

    fn context(&self) -> Context {
        let shared = self.runtime.shared();
        Context {
            metadata: self.metadata.clone(),
            command_id: Some(self.id),
            now: Now::By(Arc::clone(&shared.clock)),
            sequence: None,
            position: None,
            resources: Arc::clone(&shared.resources),
        }
    }
}

// A closure would borrow the slot anew at each call; this gives it away once.
struct BorrowedCall<'a, A: Aggregate, C: CommandOf<A>> {
    call: AsyncCall<A, C, C::Reply, C::Error>,
    slot: &'a mut Slot<A>,
    command: &'a C,
}

impl<'a, A: Aggregate, C: CommandOf<A>> BorrowedCall<'a, A, C> {
    fn start(self, context: &'a Context) -> BoxFuture<'a, Result<C::Reply, Refusal<C::Error>>> {
        (self.call)(self.slot, self.command, context)
    }
}

// Spreads repetitions, so that two writers do not meet again at once.
async fn jitter(conflicts: u32) {
    let random = u64::from(uuid::Uuid::new_v4().as_bytes()[15]);
    let most_us = 100_u64 << conflicts.min(7);
    tokio::time::sleep(Duration::from_micros(most_us * random / 255)).await;
}
