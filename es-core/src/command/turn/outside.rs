//! Handlers with effects outside: barriers, which go on without their caller.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use tokio::sync::OwnedMutexGuard;
use tokio::task::JoinHandle;
use tracing::Instrument;

use super::{Decided, Fallible, Journey};
use crate::aggregate::{Aggregate, Slot, Turn};
use crate::command::handled::SendResult;
use crate::command::{AsyncCall, Command, CommandError, DomainError, Handled, Refusal, Reply};
use crate::context::Context;
use crate::future::{BoxFuture, CatchUnwind};

/// A journey whose handler has effects outside: it goes on without its caller.
pub(super) struct Outside<A: Aggregate, R, X> {
    pub(super) journey: Journey<A, X>,
    pub(super) decision: Box<dyn AsyncDecision<A, R, X>>,
    pub(super) retry: bool,
}

/// How one run on a task ended: with an answer or not, and after how many conflicts.
type Run<R, X> = (Option<SendResult<R, X>>, u32);

impl<A: Aggregate, R: Reply, X: DomainError> Outside<A, R, X> {
    pub(super) async fn decide_on_a_task(self: Arc<Self>) -> SendResult<R, X> {
        let journey = &self.journey;
        let mut conflicts = 0;
        loop {
            let mut turn = journey.take_turn().await?;
            if let Some(first) = journey.answered_before(&mut turn).await? {
                return journey.first_answer(first);
            }
            // A barrier: what its state rests on must be durable, and is folded anew otherwise.
            journey.before_deadline(turn.settled()).await?;
            journey.fold(&mut turn).await?;
            // On a task of its own: a disconnecting caller must not stop it half-way.
            let running = Arc::clone(&self).run(turn, conflicts);
            match on_a_task(Box::pin(async { Box::new(running.await) as Box<dyn Any + Send> }))
                .await
            {
                Ok(ended) => match ended.downcast::<Run<R, X>>().map(|ended| *ended) {
                    Ok((Some(result), _)) => return result,
                    Ok((None, so_far)) => conflicts = so_far,
                    Err(_) => return Err(journey.lost_state()),
                },
                Err(error) => return Err(journey.task_ended(error)),
            }
        }
    }

    async fn run(self: Arc<Self>, turn: OwnedMutexGuard<Turn<A>>, mut conflicts: u32) -> Run<R, X> {
        let journey = &self.journey;
        let decided = match journey.decide_async(&*self.decision, turn).await {
            Ok(decided) => decided,
            Err(error) => return (Some(Err(error)), conflicts),
        };
        (journey.end(decided, self.retry, &mut conflicts).await, conflicts)
    }
}

/// Runs a future on a task. Without type parameters: a task is much code, and compiled once here.
fn on_a_task(future: BoxFuture<'static, Box<dyn Any + Send>>) -> JoinHandle<Box<dyn Any + Send>> {
    // Within the caller's span, whatever it is: what the handler logs belongs there.
    tokio::spawn(future.in_current_span())
}

impl<A: Aggregate, X: DomainError> Journey<A, X> {
    async fn decide_async<R: Reply>(
        &self,
        decision: &dyn AsyncDecision<A, R, X>,
        mut turn: OwnedMutexGuard<Turn<A>>,
    ) -> Fallible<Decided<R, X>, X> {
        let Some(mut live) = turn.live.take() else {
            return Err(self.lost_state());
        };
        let mut context = self.context();
        let mut around = self.around(decision.payload());
        let outcome = match self.enter(&mut around, &live.slot, &mut context) {
            Ok(()) => {
                // The call itself may panic before it returns a future.
                let calling = BorrowedDecision { decision, slot: &mut live.slot };
                match catch_unwind(AssertUnwindSafe(|| calling.start(&context))) {
                    Ok(future) => self.in_time(CatchUnwind(future)).await.inspect_err(|error| {
                        // It is lost already; that it is stopped too changes nothing.
                        let _ = around.leave(&context.metadata, Handled::Failed(error));
                    })?,
                    Err(panic) => Err(panic),
                }
            }
            Err(veto) => Ok(Err(Refusal::Vetoed(veto))),
        };
        // Only now: a place held while a handler awaits would be missing to everybody else.
        let permit = self.reserve().await?;
        let outcome = self.outcome(outcome, live, &around, context.metadata);
        self.hand_over(outcome, turn, permit)
    }

    /// Cuts a handler off at its time limit or at the command's deadline.
    async fn in_time<T>(&self, handler: impl Future<Output = T>) -> Fallible<T, X> {
        let limit = self.runtime.shared().limits.handler_time;
        match self.before_deadline(tokio::time::timeout(limit, handler)).await? {
            Ok(outcome) => Ok(outcome),
            Err(_) => Err(CommandError::HandlerTimedOut { command_id: self.id, limit }),
        }
    }
}

/// An asynchronous handler with its command.
pub(super) trait AsyncDecision<A, R, X>: Send + Sync {
    fn payload(&self) -> &(dyn Any + Send + Sync);
    fn decide<'a>(
        &'a self,
        slot: &'a mut Slot<A>,
        context: &'a Context,
    ) -> BoxFuture<'a, Result<R, Refusal<X>>>;
}

pub(super) struct AsyncCommand<A, C, R, X> {
    pub(super) call: AsyncCall<A, C, R, X>,
    pub(super) command: C,
}

impl<A, C: Command, R, X> AsyncDecision<A, R, X> for AsyncCommand<A, C, R, X> {
    fn payload(&self) -> &(dyn Any + Send + Sync) {
        &self.command
    }

    fn decide<'a>(
        &'a self,
        slot: &'a mut Slot<A>,
        context: &'a Context,
    ) -> BoxFuture<'a, Result<R, Refusal<X>>> {
        (self.call)(slot, &self.command, context)
    }
}

// A closure would borrow the slot anew at each call; this gives it away once.
struct BorrowedDecision<'a, A, R, X> {
    decision: &'a dyn AsyncDecision<A, R, X>,
    slot: &'a mut Slot<A>,
}

impl<'a, A, R, X> BorrowedDecision<'a, A, R, X> {
    fn start(self, context: &'a Context) -> BoxFuture<'a, Result<R, Refusal<X>>> {
        self.decision.decide(self.slot, context)
    }
}
