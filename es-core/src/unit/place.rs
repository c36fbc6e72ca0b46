use std::any::Any;
use std::sync::Arc;

use tokio::sync::OwnedMutexGuard;

use super::Staged;
use super::unit_of_work::all_stored;
use crate::aggregate::{Aggregate, InFlight, Live, LoadError, Root, Slot, Snapshots, Turn, fold};
use crate::event::{Sequence, StreamId};
use crate::fault::Fault;
use crate::store::{Append, BatchFate, EventStore, NewEvent, StreamVersion};

/// An aggregate inside a unit of work.
pub(crate) struct Place<A> {
    /// The state with what is staged on it; `None` when it has to be folded.
    live: Option<Box<Live<A>>>,
    /// The version it was loaded at; `None` as long as nobody has asked for it.
    base: Option<StreamVersion>,
    /// The turn, if the unit has it: the live state was taken from there and goes back there.
    turn: Option<OwnedMutexGuard<Turn<A>>>,
    rests_on: Vec<BatchFate>,
}

impl<A> Default for Place<A> {
    fn default() -> Self {
        Self { live: None, base: None, turn: None, rests_on: Vec::new() }
    }
}

/// [`Place`] of an aggregate of any type.
pub(crate) trait AnyPlace: Send {
    fn into_any(self: Box<Self>) -> Box<dyn Any + Send>;
    fn base(&self) -> Option<StreamVersion>;
    fn rests_on(&self) -> &[BatchFate];
    /// The state is not true any more.
    fn forget(&mut self);
    fn advance(&mut self, stored: u64);
    fn take_snapshot(&self, store: &Arc<dyn EventStore>, stream: &StreamId, batch: &Append);
    fn release(self: Box<Self>, batch: &InFlight);
}

impl<A: Aggregate> AnyPlace for Place<A> {
    fn into_any(self: Box<Self>) -> Box<dyn Any + Send> {
        self
    }

    fn base(&self) -> Option<StreamVersion> {
        self.base
    }

    fn rests_on(&self) -> &[BatchFate] {
        &self.rests_on
    }

    fn forget(&mut self) {
        self.live = None;
    }

    fn advance(&mut self, stored: u64) {
        if let Some(live) = &mut self.live
            && stored > 0
        {
            let next = live.version.map_or(0, |version| version.next().0);
            live.version = Some(Sequence(next + stored - 1));
        }
    }

    fn take_snapshot(&self, store: &Arc<dyn EventStore>, stream: &StreamId, batch: &Append) {
        if let (Some(live), Some(turn), Some(snapshots)) = (&self.live, &self.turn, Snapshots::OF) {
            snapshots.take_when_due(store, stream, &turn.in_flight, live, batch);
        }
    }

    fn release(self: Box<Self>, batch: &InFlight) {
        let Some(mut turn) = self.turn else { return };
        let is_changed = self
            .base
            .is_some_and(|base| self.live.as_ref().is_none_or(|live| live.version != base));
        if is_changed {
            turn.handed_over(batch.clone());
        }
        let is_true = !(is_changed && batch.fate.is_undone());
        turn.live = self.live.filter(|live| is_true && live.slot.is_untouched());
    }
}

impl<A: Aggregate> Place<A> {
    /// The state, once it is loaded.
    pub(super) fn slot(&mut self) -> Option<&mut Slot<A>> {
        self.live.as_mut().map(|live| &mut live.slot)
    }

    pub(super) fn root(&self) -> Option<&Root<A>> {
        self.live.as_ref()?.slot.root()
    }

    pub(super) fn has_turn(&self) -> bool {
        self.turn.is_some()
    }

    pub(super) fn take_turn(&mut self) -> Option<OwnedMutexGuard<Turn<A>>> {
        self.turn.take()
    }

    pub(super) fn give_turn(&mut self, turn: OwnedMutexGuard<Turn<A>>) {
        self.turn = Some(turn);
    }

    /// The version that commands see: with what the unit has staged so far.
    pub(crate) fn version(&self, staged: usize) -> StreamVersion {
        let base = self.base.flatten();
        let next = base.map_or(0, |version| version.next().0);
        (next + staged as u64).checked_sub(1).map(Sequence)
    }

    /// Loads the aggregate if it is not there: with the turn if nobody has it, from the log
    /// otherwise. Never waits for a turn.
    pub(super) async fn load(
        &mut self,
        free: Option<OwnedMutexGuard<Turn<A>>>,
        store: &dyn EventStore,
        stream: &StreamId,
        is_barrier: bool,
    ) -> Result<(), LoadError> {
        match (self.live.as_ref(), self.turn.take().or(free)) {
            (Some(live), turn) => {
                self.base = Some(live.version);
                self.turn = turn;
                Ok(())
            }
            (None, Some(turn)) => self.read_live(turn, store, stream, is_barrier).await,
            (None, None) => self.read(store, stream).await,
        }
    }

    /// Takes the live state out of its turn, and folds it if it is not there.
    pub(super) async fn read_live(
        &mut self,
        turn: OwnedMutexGuard<Turn<A>>,
        store: &dyn EventStore,
        stream: &StreamId,
        is_barrier: bool,
    ) -> Result<(), LoadError> {
        let turn = self.turn.insert(turn);
        if is_barrier || turn.live.is_none() {
            turn.settled().await;
        } else if turn.is_full() {
            turn.room().await;
        }
        if let Some(live) = turn.live.take() {
            self.rests_on = turn.decided_on();
            self.base = Some(live.version);
            self.live = Some(live);
            return Ok(());
        }
        self.read(store, stream).await
    }

    /// Takes the live state if nobody has it, without awaiting; a missing one is said to be none.
    pub(super) fn begin(&mut self, turn: Option<OwnedMutexGuard<Turn<A>>>) {
        if let Some(turn) = turn {
            let turn = self.turn.insert(turn);
            self.live = turn.live.take();
            self.rests_on = turn.decided_on();
        }
        if self.live.is_none() {
            // What is in flight may be about to create it; the append will tell.
            self.rests_on.clear();
        }
        let live = self
            .live
            .get_or_insert_with(|| Box::new(Live { slot: Slot::missing(), version: None }));
        self.base = Some(live.version);
    }

    async fn read(&mut self, store: &dyn EventStore, stream: &StreamId) -> Result<(), LoadError> {
        let folded = fold::<A>(store, stream).await?;
        self.base = Some(folded.version);
        self.live = Some(Box::new(Live { slot: folded.slot, version: folded.version }));
        Ok(())
    }

    /// Nobody has asked for it in this run yet.
    pub(super) fn reread(&mut self) {
        self.base = None;
    }

    pub(super) fn is_forgotten(&self) -> bool {
        self.base.is_some() && self.live.is_none()
    }

    /// Folds the state as it was loaded once more, and what is still staged onto it.
    pub(super) async fn restore(
        &mut self,
        store: &dyn EventStore,
        stream: &StreamId,
        staged: &[NewEvent],
    ) -> Result<(), Fault> {
        let base = self.base.flatten();
        all_stored(&self.rests_on).await?;
        let mut folded = fold::<A>(store, stream).await?;
        if folded.version != base {
            // The batch is going to meet the same, and the handler runs again.
            return Err(Fault::new(format!("`{stream}` was changed by others meanwhile")));
        }
        let mut next = folded.version.map_or(Sequence(0), Sequence::next);
        for event in staged {
            A::fold(&mut folded.slot, &event.unrecorded(stream.tenant(), Some(next)))?;
            next = next.next();
        }
        self.live = Some(Box::new(Live { slot: folded.slot, version: base }));
        Ok(())
    }
}

/// The events of a place, as its state has them.
pub(super) fn copies(staged: &[Staged]) -> Vec<NewEvent> {
    staged.iter().map(|staged| staged.event.clone()).collect()
}
