//! A command that a free function handles: it has no aggregate of its own, and so no turn.

use std::ops::ControlFlow;

use super::again::{DecidesAgain, Once};
use super::attempts::{Attempts, Decided};
use super::decision::{Called, FreeDecision, calling};
use super::gather::{Answer, Gathered};
use super::outside::handled_on_a_task;
use super::waiting::{GoesOn, Waiting};
use super::{Fallible, Journey};
use crate::command::handled::SendResult;
use crate::command::{Alone, Around, Reply};
use crate::context::Context;
use crate::future::BoxFuture;
use crate::store::{Append, Permit};
use crate::unit::{AnyCell, Entry};

/// How a free function is run.
#[derive(Clone, Copy)]
pub(super) enum Kind {
    /// It awaits nothing.
    AtOnce,
    /// It awaits repositories, gateways and boundaries only.
    Awaiting,
    /// It has effects outside.
    Outside {
        /// True if it may run again all the same.
        retry: bool,
    },
}

impl Kind {
    pub(super) fn is_barrier(self) -> bool {
        matches!(self, Self::Outside { .. })
    }

    /// True if it may have effects outside that nobody may repeat.
    pub(super) fn risks_effects(self) -> bool {
        matches!(self, Self::Outside { retry: false })
    }
}

/// A command with its free function.
struct Free<R> {
    journey: Journey,
    decision: Box<dyn FreeDecision<R>>,
    kind: Kind,
    _alone: Option<Alone>,
}

impl<R: Reply> Free<R> {
    async fn run(self) -> SendResult<R> {
        let result = match self.decide_once(&Attempts::default()).await {
            Ok(ControlFlow::Continue(decided)) => self.ended(decided).await,
            Ok(ControlFlow::Break(first)) => self.journey.first_answer(first),
            Err(error) => Err(error),
        };
        self.journey.told(result)
    }
}

impl<R: Reply> DecidesAgain for Free<R> {
    type Reply = R;

    fn journey(&self) -> &Journey {
        &self.journey
    }

    fn own_cell(&self) -> Option<&dyn AnyCell> {
        None
    }

    async fn decide_once(&self, attempts: &Attempts) -> Once<R> {
        let Self { journey, decision, kind, .. } = self;
        let held = journey.hold(attempts.touched()).await?;
        if let Some(first) = journey.remembered().await? {
            return Ok(ControlFlow::Break(first));
        }
        let decided = match kind {
            Kind::AtOnce => {
                let permit = journey.reserve().await?;
                journey.decide_free_now(&**decision, held, permit)?
            }
            Kind::Awaiting | Kind::Outside { .. } => {
                journey.decide_free_awaiting(&**decision, held, *kind).await?
            }
        };
        Ok(ControlFlow::Continue(decided))
    }
}

impl<R: Reply> GoesOn for Free<R> {
    type Reply = R;

    fn journey(&self) -> &Journey {
        &self.journey
    }

    fn go_on(self, decided: Decided<R>) -> BoxFuture<'static, SendResult<R>> {
        Box::pin(async move { self.ended(decided).await })
    }
}

impl Journey {
    pub(super) async fn decide_free<R: Reply>(
        self,
        decision: Box<dyn FreeDecision<R>>,
        kind: Kind,
    ) -> SendResult<R> {
        let free = self.alone(decision, kind).await?;
        if let Kind::AtOnce = kind {
            return match free.decide_once(&Attempts::default()).await? {
                ControlFlow::Continue(decided) => Waiting::new(free, decided).answer().await,
                ControlFlow::Break(first) => free.journey.first_answer(first),
            };
        }
        // On a task of its own: a disconnecting caller must not stop it half-way.
        handled_on_a_task(free.journey.id, free.run()).await
    }

    /// Without an aggregate's turn, two sends of one id would otherwise run side by side.
    async fn alone<R: Reply>(
        self,
        decision: Box<dyn FreeDecision<R>>,
        kind: Kind,
    ) -> Fallible<Free<R>> {
        let alone = match self.is_repeatable {
            true => {
                let running = &self.runtime.shared().running;
                let alone = running.alone(&self.tenant, self.id);
                Some(self.before_deadline(alone).await?)
            }
            false => None,
        };
        Ok(Free { journey: self, decision, kind, _alone: alone })
    }

    /// From here to the hand-over there is no await.
    fn decide_free_now<R: Reply>(
        &self,
        decision: &dyn FreeDecision<R>,
        held: Vec<Entry>,
        permit: Permit,
    ) -> Fallible<Decided<R>> {
        let mut context = self.context(false);
        let mut around = self.around(decision.payload());
        let answer = match self.enter_free(&mut around, &mut context, held) {
            Err(error) => Answer::Failed(error),
            Ok(()) => match calling(|| decision.decide(&context)) {
                Called::Done(called) => self.answer(called),
                Called::Awaiting(_) => return Err(self.bug()),
            },
        };
        let gathered = self.gather(answer, Vec::new(), &context, &around);
        self.hand_over_free(gathered, permit)
    }

    /// Asks the interceptors, and begins the unit with the turns that are held.
    // In this order, because its events are stored with what interceptors have added.
    fn enter_free(
        &self,
        around: &mut Around<'_>,
        context: &mut Context,
        held: Vec<Entry>,
    ) -> Fallible<()> {
        self.enter(around, context)?;
        context.hold(held).map_err(|fault| self.fault(fault))
    }

    async fn decide_free_awaiting<R: Reply>(
        &self,
        decision: &dyn FreeDecision<R>,
        held: Vec<Entry>,
        kind: Kind,
    ) -> Fallible<Decided<R>> {
        let mut context = self.context(kind.is_barrier());
        let mut around = self.around(decision.payload());
        let answer = match self.enter_free(&mut around, &mut context, held) {
            Err(error) => Answer::Failed(error),
            Ok(()) => {
                let call = || decision.decide(&context);
                self.ended_in_time(call, kind.risks_effects(), &context, &around).await?
            }
        };
        let permit = self.reserve_decided(&context).await;
        let permit = permit.inspect_err(|error| around.lose(&context.metadata, error))?;
        let gathered = self.gather(answer, Vec::new(), &context, &around);
        self.hand_over_free(gathered, permit)
    }

    fn hand_over_free<R: Reply>(
        &self,
        mut gathered: Gathered<R>,
        permit: Permit,
    ) -> Fallible<Decided<R>> {
        let mut batch = Append::default();
        self.fill(&mut batch, &mut gathered)?;
        if self.is_late() {
            return Err(self.too_late());
        }
        let (handed, appended) = self.append(batch, gathered.closed, permit);
        Ok(Decided { outcome: self.outcome(gathered.answer), handed, appended })
    }
}
