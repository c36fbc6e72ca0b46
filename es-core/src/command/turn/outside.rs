//! Handlers with effects outside: barriers, which go on without their caller.

use std::any::Any;
use std::sync::Arc;

use tokio::task::{JoinError, JoinHandle};
use tracing::Instrument;

use super::attempts::{Attempts, Decided};
use super::decision::{Decision, calling};
use super::gather::Answer;
use super::targeted::Targeted;
use super::turns::Turns;
use super::{Fallible, Journey, widened};
use crate::aggregate::Aggregate;
use crate::command::handled::SendResult;
use crate::command::{DomainError, Reply};
use crate::future::BoxFuture;

/// A command whose handler has effects outside: it goes on without its caller.
pub(super) struct Outside<A: Aggregate, R, X> {
    pub(super) targeted: Targeted<A, X>,
    pub(super) decision: Box<dyn Decision<A, R, X>>,
    pub(super) retry: bool,
}

/// How one run on a task ended: with an answer or not, and the runs so far.
type Run<R, X> = (Option<SendResult<R, X>>, Attempts);

impl<A: Aggregate, R: Reply, X: DomainError> Outside<A, R, X> {
    pub(super) async fn decide_on_a_task(self: Arc<Self>) -> SendResult<R, X> {
        let result = Arc::clone(&self).decided_on_a_task().await;
        self.targeted.journey.told(result)
    }

    async fn decided_on_a_task(self: Arc<Self>) -> SendResult<R, X> {
        let Targeted { journey, cell } = &self.targeted;
        let mut attempts = Attempts::default();
        loop {
            let mut turns = journey.take_turns(cell, &attempts, true).await.map_err(widened)?;
            if let Some(first) = journey.answered_before(&mut turns.own).await.map_err(widened)? {
                return journey.first_answer(first);
            }
            // A barrier: what its state rests on must be durable, and is folded anew otherwise.
            journey.before_deadline(turns.own.settled()).await.map_err(widened)?;
            journey.fold(cell, &mut turns.own).await.map_err(widened)?;
            // On a task of its own: a disconnecting caller must not stop it half-way.
            let running = Arc::clone(&self).run(turns, attempts);
            let (ended, so_far): Run<R, X> = journey.on_a_task(running).await?;
            match ended {
                Some(result) => return result,
                None => attempts = so_far,
            }
        }
    }

    async fn run(self: Arc<Self>, turns: Turns<A>, mut attempts: Attempts) -> Run<R, X> {
        let decided = match self.decide(turns).await {
            Ok(decided) => decided,
            Err(error) => return (Some(Err(error)), attempts),
        };
        (
            self.targeted.journey.end(decided, Some(&*self.targeted.cell), &mut attempts).await,
            attempts,
        )
    }

    async fn decide(&self, mut turns: Turns<A>) -> Fallible<Decided<R, X>, X> {
        let Self { targeted, decision, .. } = self;
        let journey = &targeted.journey;
        let Some(mut live) = turns.own.live.take() else {
            return Err(journey.lost_state());
        };
        let mut context = journey.context(true);
        let mut around = journey.around(decision.payload());
        let answer = match targeted.enter(&**decision, &live, &mut around, &mut context, turns.held)
        {
            Err(error) => Answer::Failed(error),
            Ok(()) => {
                if !self.retry {
                    journey.risk_effects();
                }
                let called = calling(|| decision.decide(&mut live.slot, &context));
                let called = journey.ended_in_time(called, &context, &around).await?;
                if let Ok(Err(refusal)) = &called
                    && refusal.is_before_the_handler()
                {
                    journey.had_no_effect();
                }
                journey.answer(called)
            }
        };
        // Only now: a place held while a handler awaits would be missing to everybody else.
        let permit = journey.reserve().await;
        let permit = permit.inspect_err(|error| around.lose(&context.metadata, error))?;
        let (mut gathered, done) = targeted.gather(answer, &mut live, &context, &around);
        turns.own.live = done.is_true.then_some(live);
        let (handed, appended) = targeted.hand_over(&mut gathered, done, turns.own, permit)?;
        Ok(Decided { outcome: journey.outcome(gathered.answer), handed, appended })
    }
}

impl<X: DomainError> Journey<X> {
    /// Runs a future on a task, and gives what it gave.
    pub(super) async fn on_a_task<T: Send + 'static>(
        &self,
        running: impl Future<Output = T> + Send + 'static,
    ) -> Fallible<T, X> {
        match spawn(Box::pin(async { Box::new(running.await) as Box<dyn Any + Send> })).await {
            Ok(ended) => ended.downcast().map(|ended| *ended).map_err(|_| self.bug()),
            Err(error) => Err(self.task_ended(error)),
        }
    }

    /// A handler's task ended without a result.
    fn task_ended(&self, error: JoinError) -> crate::command::CommandError<X> {
        match error.try_into_panic() {
            Ok(panic) => self.panicked(panic),
            // The runtime was dropped under it: nobody can tell how far it came.
            Err(_) => crate::command::CommandError::OutcomeUnknown {
                command_id: self.id,
                reason:
                    "the runtime was dropped while the handler ran; shut the application down first"
                        .to_owned(),
                has_effects: false,
            },
        }
    }
}

// Without type parameters: a task is much code, and compiled once here.
fn spawn(future: BoxFuture<'static, Box<dyn Any + Send>>) -> JoinHandle<Box<dyn Any + Send>> {
    // Within the caller's span, whatever it is: what the handler logs belongs there.
    tokio::spawn(future.in_current_span())
}
