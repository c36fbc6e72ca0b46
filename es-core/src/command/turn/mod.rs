//! One command's way: wait for the turn, fold, decide, hand over, let the next one in, answer.
//!
//! The turn is given back before the batch is durable: the next command is decided on the state
//! this one left (pipelining). Its batch names this one, so that it is undone with it. Whatever
//! stores nothing (a rejection, a no-op) is handed over too, as a batch of expectations alone: it
//! is answered when the state it was decided on has proved durable and current.
//!
//! All of this is compiled once per aggregate, reply and error, not per command: the command is
//! behind a reference to its decision, which costs one indirect call and no box. With the command
//! as a type parameter a domain of 300 commands took twice as long to build.

mod answers;
mod around;
mod hand_over;
mod outside;

use std::any::Any;
use std::marker::PhantomData;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::sync::OwnedMutexGuard;
use tokio::time::timeout_at;

use super::handled::SendResult;
use super::{
    Call, Command, CommandError, CommandOf, Dispatch, DomainError, Refusal, Reply, SyncCall,
    Tracked,
};
use crate::aggregate::{Aggregate, Cell, Live, Slot, Turn, fold};
use crate::context::{Context, Now};
use crate::event::{CommandId, Metadata};
use crate::future::BoxFuture;
use crate::runtime::{Runtime, Ticket};
use crate::store::{AppendError, Appended, Committed, Permit, RememberedCommand};
use outside::{AsyncCommand, AsyncDecision, Outside};

/// A command on its way, with everything that stays the same when it is decided again.
struct Journey<A: Aggregate, X> {
    runtime: Runtime,
    name: &'static str,
    id: CommandId,
    is_repeatable: bool,
    // What is stored with the events, and what the handler sees.
    metadata: Metadata,
    deadline: Option<Instant>,
    cell: Arc<Cell<A>>,
    _ticket: Ticket,
    error: PhantomData<fn() -> X>,
}

/// A plain handler with its command.
trait SyncDecision<A, R, X>: Send + Sync {
    fn payload(&self) -> &(dyn Any + Send + Sync);
    fn decide(&self, slot: &mut Slot<A>, context: &Context) -> Result<R, Refusal<X>>;
}

struct SyncCommand<A, C, R, X> {
    call: SyncCall<A, C, R, X>,
    command: C,
}

impl<A, C: Command, R, X> SyncDecision<A, R, X> for SyncCommand<A, C, R, X> {
    fn payload(&self) -> &(dyn Any + Send + Sync) {
        &self.command
    }

    fn decide(&self, slot: &mut Slot<A>, context: &Context) -> Result<R, Refusal<X>> {
        (self.call)(slot, &self.command, context)
    }
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
    dispatch: Dispatch,
) -> SendResult<C::Reply, C::Error> {
    let journey = Journey::start(runtime, C::NAME, command.target_id(), dispatch)?;
    match C::CALL {
        Call::Sync(call) => journey.decide_at_once(&SyncCommand { call, command }).await,
        Call::Async { call, retry } => {
            on_a_task(Ok(journey), Box::new(AsyncCommand { call, command }), retry).await
        }
    }
}

/// [`run`] in a box, with as little as possible that is compiled for each command.
pub(super) fn run_boxed<A: Aggregate, C: CommandOf<A>>(
    runtime: &Runtime,
    command: C,
    dispatch: Dispatch,
) -> BoxFuture<'static, SendResult<C::Reply, C::Error>> {
    let journey = Journey::start(runtime, C::NAME, command.target_id(), dispatch);
    match C::CALL {
        Call::Sync(call) => at_once(journey, Box::new(SyncCommand { call, command })),
        Call::Async { call, retry } => {
            on_a_task(journey, Box::new(AsyncCommand { call, command }), retry)
        }
    }
}

fn at_once<A: Aggregate, R: Reply, X: DomainError>(
    journey: Fallible<Journey<A, X>, X>,
    decision: Box<dyn SyncDecision<A, R, X>>,
) -> BoxFuture<'static, SendResult<R, X>> {
    Box::pin(async move { journey?.decide_at_once(&*decision).await })
}

fn on_a_task<A: Aggregate, R: Reply, X: DomainError>(
    journey: Fallible<Journey<A, X>, X>,
    decision: Box<dyn AsyncDecision<A, R, X>>,
    retry: bool,
) -> BoxFuture<'static, SendResult<R, X>> {
    Box::pin(async move {
        Arc::new(Outside { journey: journey?, decision, retry }).decide_on_a_task().await
    })
}

impl<A: Aggregate, X: DomainError> Journey<A, X> {
    fn start(
        runtime: &Runtime,
        name: &'static str,
        target: &A::Id,
        mut dispatch: Dispatch,
    ) -> Fallible<Self, X> {
        let id = *dispatch.id_or_generate();
        let ticket = runtime.admit().ok_or(CommandError::ShuttingDown { command_id: id })?;
        let invalid = |source| CommandError::InvalidId { command_id: id, source };
        let tenant = dispatch.tenant_of().map_err(invalid)?;
        let cells = runtime
            .cells::<A>()
            .map_err(|text| CommandError::NoHandler { command_id: id, text })?;
        let capacity = runtime.shared().limits.live_aggregates;
        let cell = cells.cell(&tenant, target, capacity).map_err(invalid)?;
        Ok(Self {
            runtime: runtime.clone(),
            name,
            id,
            is_repeatable: !dispatch.generated,
            metadata: dispatch.metadata.caused_by_command(id.0),
            deadline: dispatch.deadline,
            cell,
            _ticket: ticket,
            error: PhantomData,
        })
    }

    async fn decide_at_once<R: Reply>(
        self,
        decision: &dyn SyncDecision<A, R, X>,
    ) -> SendResult<R, X> {
        let mut conflicts = 0;
        loop {
            let mut turn = self.take_turn().await?;
            if let Some(first) = self.answered_before(&mut turn).await? {
                return self.first_answer(first);
            }
            self.fold(&mut turn).await?;
            let permit = self.reserve().await?;
            // From here to the hand-over there is no await: a dropped caller finds either nothing
            // done or everything handed over.
            let decided = self.decide_now(decision, turn, permit)?;
            if let Some(result) = self.end(decided, true, &mut conflicts).await {
                return result;
            }
        }
    }

    /// Waits for the log's answer; `None` means: decide again.
    async fn end<R: Reply>(
        &self,
        decided: Decided<R, X>,
        may_repeat: bool,
        conflicts: &mut u32,
    ) -> Option<SendResult<R, X>> {
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

    /// Waits for the aggregate's turn.
    async fn take_turn(&self) -> Fallible<OwnedMutexGuard<Turn<A>>, X> {
        let locking = Arc::clone(&self.cell.turn).lock_owned();
        let mut turn = self.before_deadline(locking).await?;
        turn.settle();
        Ok(turn)
    }

    /// Folds the state from the log if it is not live.
    async fn fold(&self, turn: &mut Turn<A>) -> Fallible<(), X> {
        if turn.live.is_some() {
            return Ok(());
        }
        // Folding reads durable events only, so what is in flight must have settled.
        self.before_deadline(turn.settled()).await?;
        let store = &*self.runtime.shared().store;
        let folded = self
            .before_deadline(fold::<A>(store, &self.cell.stream))
            .await?
            .map_err(|source| CommandError::Load { command_id: self.id, source })?;
        turn.live = Some(Live { slot: folded.slot, version: folded.version });
        Ok(())
    }

    /// Looks a given id up before any handler runs; one in flight is waited for.
    async fn answered_before(&self, turn: &mut Turn<A>) -> Fallible<Option<RememberedCommand>, X> {
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

    fn decide_now<R: Reply>(
        &self,
        decision: &dyn SyncDecision<A, R, X>,
        mut turn: OwnedMutexGuard<Turn<A>>,
        permit: Permit,
    ) -> Fallible<Decided<R, X>, X> {
        let Some(mut live) = turn.live.take() else {
            return Err(self.lost_state());
        };
        let mut context = self.context();
        let mut around = self.around(decision.payload());
        let outcome = match self.enter(&mut around, &live.slot, &mut context) {
            Ok(()) => catch_unwind(AssertUnwindSafe(|| decision.decide(&mut live.slot, &context))),
            Err(veto) => Ok(Err(Refusal::Vetoed(veto))),
        };
        let outcome = self.outcome(outcome, live, &around, context.metadata);
        self.hand_over(outcome, turn, permit)
    }

    async fn reserve(&self) -> Fallible<Permit, X> {
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

    async fn before_deadline<T>(&self, future: impl Future<Output = T>) -> Fallible<T, X> {
        match self.deadline {
            None => Ok(future.await),
            // What is ready at once would otherwise win over a deadline that has passed.
            Some(_) if self.is_late() => {
                Err(CommandError::DeadlineExceeded { command_id: self.id })
            }
            Some(deadline) => timeout_at(deadline.into(), future)
                .await
                .map_err(|_| CommandError::DeadlineExceeded { command_id: self.id }),
        }
    }

    fn is_late(&self) -> bool {
        self.deadline.is_some_and(|deadline| deadline <= Instant::now())
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

// Spreads repetitions, so that two writers do not meet again at once.
async fn jitter(conflicts: u32) {
    let random = u64::from(uuid::Uuid::new_v4().as_bytes()[15]);
    let most_us = 100_u64 << conflicts.min(7);
    tokio::time::sleep(Duration::from_micros(most_us * random / 255)).await;
}
