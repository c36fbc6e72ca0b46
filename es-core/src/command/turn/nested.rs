//! A command that a handler sends: it joins the unit of work of that handler.

use std::sync::Arc;

use super::decision::{Deciding, Decision, FreeDecision, calling};
use super::free::Kind;
use super::gather::Answer;
use super::targeted::Targeted;
use super::{Fallible, Journey};
use crate::aggregate::Aggregate;
use crate::command::handled::SendResult;
use crate::command::{Around, Refusal, Rejection, Reply, Tracked};
use crate::context::Context;
use crate::fault::Fault;
use crate::store::CommitToken;
use crate::unit::{UnitOfWork, Within, Work};

impl<A: Aggregate> Targeted<A> {
    /// Decides on the aggregate as the sender's unit of work has it.
    pub(super) async fn decide_within<R: Reply>(
        self,
        decision: &dyn Decision<A, R>,
        sender: &UnitOfWork,
        may_repeat: Option<bool>,
    ) -> SendResult<R> {
        let result = self.decided_within(decision, sender, may_repeat).await;
        self.journey.told(result)
    }

    async fn decided_within<R: Reply>(
        &self,
        decision: &dyn Decision<A, R>,
        sender: &UnitOfWork,
        may_repeat: Option<bool>,
    ) -> SendResult<R> {
        let Self { journey, cell } = self;
        let mut work = journey.join(sender, may_repeat.is_some()).await?;
        let lending = journey.before_deadline(work.unit.lend(Arc::clone(cell))).await?;
        let mut lent = lending.map_err(|error| journey.refusal(Refusal::Repository(error)))?;
        let mut context = journey.context_within(Within::default());
        let mut around = journey.around(decision.payload());
        let version = lent.version();
        let slot = lent.slot().map_err(|fault| journey.fault(fault))?;
        journey.check_version(decision.target_version(), version, slot)?;
        journey
            .enter_aggregate(&mut around, slot, &mut context)
            .inspect_err(|error| around.lose(&context.metadata, error))?;
        work.unit = work.unit.described(context.metadata.clone());
        context.within = Within::from(work.unit.clone());
        lent.signed_by(work.unit.clone());
        let slot = lent.slot().map_err(|fault| journey.fault(fault))?;
        let risks_effects = may_repeat == Some(false);
        let ending = journey.ended_in_time(
            || decision.decide(slot, &context),
            risks_effects,
            &context,
            &around,
        );
        let mut answer = ending.await?;
        let slot = lent.slot().map_err(|fault| journey.fault(fault))?;
        if answer.stores()
            && let Err(error) = journey.check_id(version, slot)
        {
            answer = Answer::Failed(error);
        }
        // Gives the events to the unit.
        drop(lent);
        journey.ended_within(answer, work, &around, &context)
    }
}

impl Journey {
    /// Decides as a part of the sender's unit of work.
    pub(super) async fn decide_free_within<R: Reply>(
        self,
        decision: &dyn FreeDecision<R>,
        sender: &UnitOfWork,
        kind: Kind,
    ) -> SendResult<R> {
        let result = self.decided_free_within(decision, sender, kind).await;
        self.told(result)
    }

    async fn decided_free_within<R: Reply>(
        &self,
        decision: &dyn FreeDecision<R>,
        sender: &UnitOfWork,
        kind: Kind,
    ) -> SendResult<R> {
        let mut work = self.join(sender, kind.is_barrier()).await?;
        let mut context = self.context_within(Within::default());
        let mut around = self.around(decision.payload());
        self.enter(&mut around, &mut context)
            .inspect_err(|error| around.lose(&context.metadata, error))?;
        work.unit = work.unit.described(context.metadata.clone());
        context.within = Within::from(work.unit.clone());
        let call = || decision.decide(&context);
        let answer = self.ended_in_time(call, kind.risks_effects(), &context, &around).await?;
        self.ended_within(answer, work, &around, &context)
    }

    /// Joins the sender's unit; for a handler with effects outside, once all it rests on is
    /// durable.
    async fn join<'a>(&self, sender: &'a UnitOfWork, is_barrier: bool) -> Fallible<Work<'a>> {
        drop(sender.open().map_err(|fault| self.fault(fault))?);
        let limit = self.runtime.shared().limits.nested_commands;
        if sender.depth() >= limit {
            return Err(self.fault(Fault::defect(format!(
                "`{}` is nested in more than {limit} commands, each sent by the handler of the one \
                 around it; if no handler sends its own command without end, raise \
                 `Limits::nested_commands`",
                self.name,
            ))));
        }
        if self.tenant != *sender.tenant() {
            return Err(self.fault(Fault::defect(format!(
                "a handler of tenant `{}` sent `{}` for tenant `{}`; one unit of work belongs to \
                 one tenant",
                sender.tenant().as_str(),
                self.name,
                self.tenant.as_str()
            ))));
        }
        let work = Work::of_command(sender, self.id, self.metadata.clone());
        if is_barrier {
            let durable = self.before_deadline(work.unit.barrier()).await?;
            durable.map_err(|fault| self.fault(fault))?;
        }
        Ok(work)
    }

    /// What a handler's call came to; interceptors are told where it is cut off.
    pub(super) async fn ended_in_time<'a, R>(
        &self,
        call: impl FnOnce() -> Deciding<'a, Result<R, Refusal<Rejection>>>,
        risks_effects: bool,
        context: &Context,
        around: &Around<'_>,
    ) -> Fallible<Answer<R>> {
        let mut risking = None;
        if risks_effects {
            let risk = context.unit().and_then(|unit| Ok((unit, unit.risk_effect()?)));
            let begun = risk.map_err(|fault| self.fault(fault));
            risking = Some(begun.inspect_err(|error| around.lose(&context.metadata, error))?);
            // Now: whoever waits for the handler may be told that nobody knows how far it came.
            self.note_effects(context);
        }
        let ended = self.in_time(calling(call).ended()).await;
        if let (Some((unit, effect)), Ok(Ok(Err(refusal)))) = (risking, &ended)
            && refusal.is_before_the_handler()
        {
            unit.had_no_effect(effect);
        }
        self.note_effects(context);
        let called = ended.inspect_err(|error| around.lose(&context.metadata, error))?;
        Ok(self.answer(called))
    }

    /// Keeps what an inner command did, or takes it back.
    fn ended_within<R>(
        &self,
        mut answer: Answer<R>,
        work: Work<'_>,
        around: &Around<'_>,
        context: &Context,
    ) -> SendResult<R> {
        if let Some(fault) = work.fault() {
            answer = Answer::Failed(self.fault(fault));
        }
        let is_shown = answer.stores() && !around.interceptors.is_empty();
        let events = if is_shown { work.unit.decided() } else { Vec::new() };
        self.leave(around, &mut answer, &events, &context.metadata);
        if answer.stores()
            && let Err(fault) = work.keep()
        {
            answer = Answer::Failed(self.fault(fault));
        }
        // What it decided is durable once the sender's decision is.
        self.outcome(answer).map(|reply| Tracked { reply, token: CommitToken::default() })
    }
}
