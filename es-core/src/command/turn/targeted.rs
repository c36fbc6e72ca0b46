//! A command that an aggregate handles, from its turn to the hand-over.

use std::ops::ControlFlow;
use std::sync::Arc;

use smallvec::smallvec;
use tokio::sync::OwnedMutexGuard;

use super::again::{DecidesAgain, Once};
use super::attempts::{Attempts, Decided, Handed};
use super::decision::{Called, Decision, calling};
use super::gather::{Answer, Gathered};
use super::turns::Turns;
use super::waiting::{GoesOn, Waiting};
use super::{Fallible, Journey};
use crate::aggregate::{Aggregate, Cell, InFlight, Live, Snapshots, Turn};
use crate::command::handled::SendResult;
use crate::command::{Around, Reply, Tracked};
use crate::context::Context;
use crate::event::Sequence;
use crate::future::BoxFuture;
use crate::store::{
    Append, Appended, Committed, Expectation, Expected, NewEvent, Permit, StreamVersion,
};
use crate::unit::{AnyCell, Entry};

/// A command with its target's place in the repository.
pub(super) struct Targeted<A> {
    pub(super) journey: Journey,
    pub(super) cell: Arc<Cell<A>>,
}

/// A command that its caller decided, for whoever goes on with it.
struct GoesOnAtOnce<'a, A: Aggregate, R> {
    targeted: Targeted<A>,
    decision: &'a dyn Decision<A, R>,
}

impl<A: Aggregate, R: Reply> GoesOn for GoesOnAtOnce<'_, A, R> {
    type Reply = R;

    fn journey(&self) -> &Journey {
        &self.targeted.journey
    }

    fn go_on(self, decided: Decided<R>) -> BoxFuture<'static, SendResult<R>> {
        let going = AtOnce { targeted: self.targeted, decision: self.decision.boxed() };
        Box::pin(async move { going.ended(decided).await })
    }
}

/// A command whose handler awaits nothing, without its caller.
struct AtOnce<A: Aggregate, R> {
    targeted: Targeted<A>,
    decision: Box<dyn Decision<A, R>>,
}

impl<A: Aggregate, R: Reply> DecidesAgain for AtOnce<A, R> {
    type Reply = R;

    fn journey(&self) -> &Journey {
        &self.targeted.journey
    }

    fn own_cell(&self) -> Option<&dyn AnyCell> {
        Some(&*self.targeted.cell)
    }

    async fn decide_once(&self, attempts: &Attempts) -> Once<R> {
        self.targeted.decide_once(&*self.decision, attempts).await
    }
}

/// What one run did to its target.
pub(super) struct Done {
    /// The version it was decided on.
    version: StreamVersion,
    /// How many of the events are its own.
    own: u64,
    /// False if the state has to be folded again.
    pub(super) is_true: bool,
}

impl<A: Aggregate> Targeted<A> {
    pub(super) fn find(mut journey: Journey, target: &A::Id) -> Fallible<Self> {
        let cell = journey.find::<A>(target)?;
        Ok(Self { journey, cell })
    }

    pub(super) async fn decide_at_once<R: Reply>(
        self,
        decision: &dyn Decision<A, R>,
    ) -> SendResult<R> {
        match self.decide_once(decision, &Attempts::default()).await {
            // Judged on the spot, and stored: nobody waits.
            Ok(ControlFlow::Continue(Decided {
                outcome,
                handed,
                appended: Appended::Ready(Some(Ok(Committed { token, .. }))),
            })) if handed.is_over() => outcome.map(|reply| Tracked { reply, token }),
            Ok(ControlFlow::Continue(decided)) => {
                Waiting::new(GoesOnAtOnce { targeted: self, decision }, decided).answer().await
            }
            Ok(ControlFlow::Break(first)) => self.journey.first_answer(first),
            Err(error) => Err(error),
        }
    }

    async fn decide_once<R: Reply>(
        &self,
        decision: &dyn Decision<A, R>,
        attempts: &Attempts,
    ) -> Once<R> {
        let Self { journey, cell } = self;
        let mut turns = match journey.free_turn(cell, attempts)? {
            Some(own) => Turns { own, held: Vec::new() },
            None => journey.take_turns(cell, attempts).await?,
        };
        if journey.is_repeatable
            && let Some(first) = journey.answered_before(&mut turns.own).await?
        {
            return Ok(ControlFlow::Break(first));
        }
        if turns.own.live.is_none() {
            Box::pin(journey.fold(cell, &mut turns.own)).await?;
        }
        // Without a future where a place is free: every command comes here.
        let permit = match journey.try_reserve()? {
            Some(permit) => permit,
            None => journey.reserve().await?,
        };
        // From here to the hand-over there is no await: a dropped caller finds either nothing done
        // or everything handed over.
        self.decide_now(decision, turns, permit).map(ControlFlow::Continue)
    }

    fn decide_now<R: Reply>(
        &self,
        decision: &dyn Decision<A, R>,
        mut turns: Turns<A>,
        permit: Permit,
    ) -> Fallible<Decided<R>> {
        let journey = &self.journey;
        // Out of its place: whatever panics on the way, nobody finds a state that is half decided.
        let Some(mut live) = turns.own.live.take() else {
            return Err(journey.lost_state());
        };
        let mut context = journey.context(false);
        let mut around = journey.around(decision.payload());
        let entered = self.enter(decision, &live, &mut around, &mut context, turns.held);
        let answer = match entered {
            Err(error) => Answer::Failed(error),
            Ok(()) => match calling(|| decision.decide(&mut live.slot, &context)) {
                Called::Done(called) => journey.answer(called),
                Called::Awaiting(_) => Answer::Failed(journey.bug()),
            },
        };
        let (mut gathered, done) = self.gather(answer, &mut live, &context, &around);
        turns.own.live = done.is_true.then_some(live);
        let (handed, appended) = self.hand_over(&mut gathered, done, turns.own, permit)?;
        Ok(Decided { outcome: journey.outcome(gathered.answer), handed, appended })
    }

    /// What has to hold before the handler runs.
    pub(super) fn enter<R>(
        &self,
        decision: &dyn Decision<A, R>,
        live: &Live<A>,
        around: &mut Around<'_>,
        context: &mut Context,
        held: Vec<Entry>,
    ) -> Fallible<()> {
        let journey = &self.journey;
        journey.check_version(decision.target_version(), live.version, &live.slot)?;
        journey.enter_aggregate(around, &live.slot, context)?;
        // Only now, because its events are stored with what interceptors have added.
        context.hold(held).map_err(|fault| journey.fault(fault))
    }

    /// What a handler's run came to, and whether the state it left may be used again.
    pub(super) fn gather<R>(
        &self,
        mut answer: Answer<R>,
        live: &mut Live<A>,
        context: &Context,
        around: &Around<'_>,
    ) -> (Gathered<R>, Done) {
        let version = live.version;
        let is_untouched = live.slot.is_untouched();
        let mut staged = Vec::new();
        if answer.stores() {
            match self.staged(live) {
                Ok(events) => staged = events,
                Err(error) => answer = Answer::Failed(error),
            }
        }
        let own = staged.len() as u64;
        let gathered = self.journey.gather(answer, staged, context, around);
        // Applied before it failed: the state is dropped and folded again.
        let is_true = is_untouched || gathered.answer.stores();
        (gathered, Done { version, own, is_true })
    }

    /// Takes what was applied, if it makes the aggregate that the command is for.
    fn staged(&self, live: &mut Live<A>) -> Fallible<Vec<NewEvent>> {
        let journey = &self.journey;
        let staged = live.slot.take_staged().map_err(|fault| journey.fault(fault))?;
        journey.check_id(live.version, &live.slot).map(|()| staged)
    }

    /// Hands the decision to the log and gives the turn back, in one step without an await.
    ///
    /// What stores nothing is handed over too, whatever it is: also the text of a fault may tell
    /// of events that are not durable.
    pub(super) fn hand_over<R: Reply>(
        &self,
        gathered: &mut Gathered<R>,
        done: Done,
        mut turn: OwnedMutexGuard<Turn<A>>,
        permit: Permit,
    ) -> Fallible<(Handed, Appended)> {
        let Done { version, own, .. } = done;
        let expected = version.map_or(Expected::NoStream, Expected::Exact);
        let mut batch = Append {
            decided_on: turn.decided_on(),
            expectations: smallvec![Expectation { stream: self.cell.stream.clone(), expected }],
            ..Append::default()
        };
        let filled = self.journey.fill(&mut batch, gathered);
        if filled.is_err() || self.journey.is_late() {
            // It has moved on by what is not stored.
            turn.live.take_if(|_| own > 0);
            filled?;
            return Err(self.journey.too_late());
        }
        self.advance(&mut turn, own, &batch);
        let fate = batch.fate.clone();
        let handed = self.journey.append(batch, gathered.closed.take(), permit);
        turn.handed_over(InFlight { fate, command: self.journey.id });
        Ok(handed)
    }

    /// Moves the live version on by what the batch stores, and takes a snapshot that is due.
    fn advance(&self, turn: &mut Turn<A>, own: u64, batch: &Append) {
        let Turn { live: Some(live), in_flight, .. } = turn else { return };
        if own > 0 {
            let next = live.version.map_or(0, |version| version.next().0);
            live.version = Some(Sequence(next + own - 1));
            let store = &self.journey.runtime.shared().store;
            if let Some(snapshots) = Snapshots::OF {
                snapshots.take_when_due(store, &self.cell.stream, in_flight, live, batch);
            }
        }
    }
}
