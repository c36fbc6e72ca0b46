//! A command that a free function handles: it has no aggregate of its own, and so no turn.

use std::sync::Arc;

use super::attempts::{Attempts, Decided};
use super::decision::{Called, FreeDecision, calling};
use super::gather::{Answer, Gathered};
use super::{Fallible, Journey, widened};
use crate::command::handled::SendResult;
use crate::command::{Around, DomainError, Reply};
use crate::context::Context;
use crate::store::{Append, Permit};
use crate::unit::Entry;

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

    /// For effects outside, whether they may be repeated.
    pub(super) fn repeats_effects(self) -> Option<bool> {
        match self {
            Self::Outside { retry } => Some(retry),
            Self::AtOnce | Self::Awaiting => None,
        }
    }
}

impl<X: DomainError> Journey<X> {
    pub(super) async fn decide_free<R: Reply>(
        self,
        decision: Box<dyn FreeDecision<R, X>>,
        kind: Kind,
    ) -> SendResult<R, X> {
        if let Kind::AtOnce = kind {
            return self.decide_free_in_place(&*decision, kind).await;
        }
        // On a task of its own: a disconnecting caller must not stop it half-way.
        let journey = Arc::new(self);
        let running = Arc::clone(&journey);
        let run = async move { running.decide_free_in_place(&*decision, kind).await };
        let ended = journey.on_a_task(run).await;
        journey.told(ended.and_then(|result| result))
    }

    async fn decide_free_in_place<R: Reply>(
        &self,
        decision: &dyn FreeDecision<R, X>,
        kind: Kind,
    ) -> SendResult<R, X> {
        // Without an aggregate's turn, two sends of one id would otherwise run side by side.
        let _alone = match self.is_repeatable {
            true => {
                let running = &self.runtime.shared().running;
                let alone = running.alone(&self.tenant, self.id);
                Some(self.before_deadline(alone).await.map_err(widened)?)
            }
            false => None,
        };
        let mut attempts = Attempts::default();
        loop {
            let held = self.hold(attempts.touched(), kind.is_barrier()).await.map_err(widened)?;
            if let Some(first) = self.remembered().await.map_err(widened)? {
                return self.first_answer(first);
            }
            let decided = match kind {
                Kind::AtOnce => {
                    let permit = self.reserve().await?;
                    self.decide_free_now(decision, held, permit)?
                }
                Kind::Awaiting | Kind::Outside { .. } => {
                    self.decide_free_awaiting(decision, held, kind).await?
                }
            };
            if let Some(result) = self.end(decided, None, &mut attempts).await {
                return result;
            }
        }
    }

    /// From here to the hand-over there is no await.
    fn decide_free_now<R: Reply>(
        &self,
        decision: &dyn FreeDecision<R, X>,
        held: Vec<Entry>,
        permit: Permit,
    ) -> Fallible<Decided<R, X>, X> {
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
    ) -> Fallible<(), X> {
        self.enter(around, context)?;
        context.hold(held).map_err(|fault| self.fault(fault))
    }

    async fn decide_free_awaiting<R: Reply>(
        &self,
        decision: &dyn FreeDecision<R, X>,
        held: Vec<Entry>,
        kind: Kind,
    ) -> Fallible<Decided<R, X>, X> {
        let mut context = self.context(kind.is_barrier());
        let mut around = self.around(decision.payload());
        let answer = match self.enter_free(&mut around, &mut context, held) {
            Err(error) => Answer::Failed(error),
            Ok(()) => {
                if kind.repeats_effects() == Some(false) {
                    self.risk_effects();
                }
                let called = calling(|| decision.decide(&context));
                self.answer(self.ended_in_time(called, &context, &around).await?)
            }
        };
        let permit = self.reserve().await;
        let permit = permit.inspect_err(|error| around.lose(&context.metadata, error))?;
        let gathered = self.gather(answer, Vec::new(), &context, &around);
        self.hand_over_free(gathered, permit)
    }

    fn hand_over_free<R: Reply>(
        &self,
        mut gathered: Gathered<R, X>,
        permit: Permit,
    ) -> Fallible<Decided<R, X>, X> {
        let mut batch = Append::default();
        self.fill(&mut batch, &mut gathered)?;
        if self.is_late() {
            return Err(self.too_late());
        }
        let (handed, appended) = self.append(batch, gathered.closed, permit);
        Ok(Decided { outcome: self.outcome(gathered.answer), handed, appended })
    }
}
