//! Handlers with effects outside: barriers, which go on without their caller.

use std::any::Any;
use std::ops::ControlFlow;
use std::sync::Arc;

use tokio::task::{JoinError, JoinHandle};
use tracing::Instrument;

use super::again::{DecidesAgain, Once};
use super::answers::panicked;
use super::attempts::{Attempts, Decided};
use super::decision::Decision;
use super::gather::Answer;
use super::targeted::Targeted;
use super::turns::Turns;
use super::{Failure, Fallible, Journey};
use crate::aggregate::Aggregate;
use crate::command::handled::SendResult;
use crate::command::{CommandError, Reply};
use crate::event::CommandId;
use crate::future::BoxFuture;
use crate::store::RememberedCommand;
use crate::unit::AnyCell;

/// A command whose handler has effects outside: it goes on without its caller.
pub(super) struct Outside<A: Aggregate, R> {
    pub(super) targeted: Targeted<A>,
    pub(super) decision: Box<dyn Decision<A, R>>,
    pub(super) retry: bool,
}

impl<A: Aggregate, R: Reply> Outside<A, R> {
    pub(super) async fn decide_on_a_task(self: Arc<Self>) -> SendResult<R> {
        let result = Arc::clone(&self).begun_on_a_task().await;
        self.targeted.journey.told(result)
    }

    async fn begun_on_a_task(self: Arc<Self>) -> SendResult<R> {
        let journey = &self.targeted.journey;
        let turns = match self.turns(&Attempts::default()).await? {
            ControlFlow::Continue(turns) => turns,
            ControlFlow::Break(first) => return journey.first_answer(first),
        };
        // On a task of its own: a disconnecting caller must not stop it half-way, nor keep it from
        // being decided again.
        handled_on_a_task(journey.id, Arc::clone(&self).run(turns)).await
    }

    async fn run(self: Arc<Self>, turns: Turns<A>) -> SendResult<R> {
        let decided = self.decide(turns).await?;
        self.ended(decided).await
    }

    /// The turns of one run; or what the command was answered, if it was carried out before.
    async fn turns(
        &self,
        attempts: &Attempts,
    ) -> Fallible<ControlFlow<RememberedCommand, Turns<A>>> {
        let Targeted { journey, cell } = &self.targeted;
        let mut turns = journey.take_turns(cell, attempts).await?;
        // A barrier: what its state rests on must be durable, and is folded anew otherwise.
        journey.before_deadline(turns.own.settled()).await?;
        let folded = journey.fold(cell, &mut turns.own).await;
        // Only now: others who carried it out before this state was read are seen, and what they
        // did outside is not done again. What it was answered needs no state.
        Ok(match journey.answered_before(&mut turns.own).await? {
            Some(first) => ControlFlow::Break(first),
            None => {
                folded?;
                ControlFlow::Continue(turns)
            }
        })
    }

    async fn decide(&self, mut turns: Turns<A>) -> Fallible<Decided<R>> {
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
                let ending = journey.ended_in_time(
                    || decision.decide(&mut live.slot, &context),
                    !self.retry,
                    &context,
                    &around,
                );
                ending.await?
            }
        };
        // Only now: a place held while a handler awaits would be missing to everybody else.
        let permit = journey.reserve_decided(&context).await;
        let permit = permit.inspect_err(|error| around.lose(&context.metadata, error))?;
        let (mut gathered, done) = targeted.gather(answer, &mut live, &context, &around);
        turns.own.live = done.is_true.then_some(live);
        let (handed, appended) = targeted.hand_over(&mut gathered, done, turns.own, permit)?;
        Ok(Decided { outcome: journey.outcome(gathered.answer), handed, appended })
    }
}

impl<A: Aggregate, R: Reply> DecidesAgain for Outside<A, R> {
    type Reply = R;

    fn journey(&self) -> &Journey {
        &self.targeted.journey
    }

    fn own_cell(&self) -> Option<&dyn AnyCell> {
        Some(&*self.targeted.cell)
    }

    async fn decide_once(&self, attempts: &Attempts) -> Once<R> {
        Ok(match self.turns(attempts).await? {
            ControlFlow::Continue(turns) => ControlFlow::Continue(self.decide(turns).await?),
            ControlFlow::Break(first) => ControlFlow::Break(first),
        })
    }
}

/// Runs a handler that awaits on a task, and gives what its command came to.
pub(super) async fn handled_on_a_task<R: Reply>(
    command_id: CommandId,
    running: impl Future<Output = SendResult<R>> + Send + 'static,
) -> SendResult<R> {
    // Without a result nobody knows which effects it had, or a command that it sent.
    on_a_task(command_id, running).await.map_err(CommandError::after_effects)?
}

/// Runs a command's future on a task, and gives what it gave.
pub(super) async fn on_a_task<T: Send + 'static>(
    command_id: CommandId,
    running: impl Future<Output = T> + Send + 'static,
) -> Fallible<T> {
    match spawn(running).await {
        Ok(ended) => ended
            .downcast()
            .map(|ended| *ended)
            .map_err(|_| super::bug("a task gave something else", command_id)),
        Err(error) => Err(task_ended(command_id, error)),
    }
}

/// A handler's task ended without a result.
fn task_ended(command_id: CommandId, error: JoinError) -> Failure {
    match error.try_into_panic() {
        Ok(panic) => panicked(command_id, panic),
        // The runtime was dropped under it: nobody can tell how far it came.
        Err(_) => CommandError::OutcomeUnknown {
            command_id,
            reason:
                "the runtime was dropped while the handler ran; shut the application down first"
                    .to_owned(),
            has_effects: false,
        },
    }
}

/// Begins a task for a command's future.
pub(super) fn spawn<T: Send + 'static>(
    running: impl Future<Output = T> + Send + 'static,
) -> JoinHandle<Box<dyn Any + Send>> {
    spawn_erased(Box::pin(async { Box::new(running.await) as Box<dyn Any + Send> }))
}

// Without type parameters: a task is much code, and compiled once here.
fn spawn_erased(
    running: BoxFuture<'static, Box<dyn Any + Send>>,
) -> JoinHandle<Box<dyn Any + Send>> {
    // Within the caller's span, whatever it is: what the handler logs belongs there.
    tokio::spawn(running.in_current_span())
}
