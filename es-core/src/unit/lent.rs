use std::sync::Arc;

use tokio::sync::OwnedMutexGuard;

use super::place::copies;
use super::{AnyCell, AnyPlace, Entry, Place, RepositoryError, UnitOfWork};
use crate::aggregate::{Aggregate, Cell, Root, Slot, Turn};
use crate::event::StreamId;
use crate::fault::Fault;
use crate::store::StreamVersion;

/// An aggregate that a unit of work has lent out. Dropping it gives the events back.
pub(crate) struct Lent<A: Aggregate> {
    unit: UnitOfWork,
    cell: Arc<Cell<A>>,
    place: Option<Box<Place<A>>>,
    version: StreamVersion,
}

impl UnitOfWork {
    /// The cell of an aggregate.
    pub(crate) fn cell<A: Aggregate>(&self, id: &A::Id) -> Result<Arc<Cell<A>>, RepositoryError> {
        let runtime = self.runtime();
        let fault = |text| RepositoryError::Fault(Fault::defect(text));
        let cells = runtime.cells::<A>().map_err(fault)?;
        Ok(cells.cell(self.tenant(), id, runtime.shared().limits.live_aggregates)?)
    }

    /// Lends an aggregate, loaded.
    pub(crate) async fn lend<A: Aggregate>(
        &self,
        cell: Arc<Cell<A>>,
    ) -> Result<Lent<A>, RepositoryError> {
        let mut lent = self.take(cell)?;
        lent.load().await?;
        lent.leave_turn();
        Ok(lent)
    }

    /// Lends an aggregate that is thought not to exist, without awaiting.
    pub(super) fn lend_new<A: Aggregate>(
        &self,
        cell: Arc<Cell<A>>,
    ) -> Result<Lent<A>, RepositoryError> {
        let mut lent = self.take(cell)?;
        let free = lent.free_turn();
        let stream = lent.cell.stream.clone();
        let is_unchanged = self.state().entry(&stream).is_none_or(|it| it.events.is_empty());
        if let Some(place) = &mut lent.place {
            match (place.is_forgotten(), place.base()) {
                // A command that failed had made it.
                (true, Some(None)) if is_unchanged => place.begin(None),
                (true, _) => return Err(RepositoryError::InUse(stream)),
                (false, None) => place.begin(free),
                (false, Some(_)) => {}
            }
        }
        lent.leave_turn();
        Ok(lent)
    }

    fn take<A: Aggregate>(&self, cell: Arc<Cell<A>>) -> Result<Lent<A>, RepositoryError> {
        let stream = &cell.stream;
        if self.is_own(stream) {
            return Err(RepositoryError::InUse(stream.clone()));
        }
        let mut state = self.open().map_err(RepositoryError::Fault)?;
        state.see(self.work(), stream);
        let place = match state.entry(stream) {
            Some(entry) => match entry.place.take() {
                Some(place) => {
                    entry.lent_to = self.work();
                    place.into_any().downcast().map_err(|_| {
                        let text = format!("`{stream}` is another type's stream");
                        RepositoryError::Fault(Fault::defect(text))
                    })?
                }
                None => return Err(RepositoryError::InUse(stream.clone())),
            },
            None => {
                let cell = Arc::clone(&cell) as Arc<dyn AnyCell>;
                state.entries.push(Entry { lent_to: self.work(), ..Entry::lent(cell) });
                Box::default()
            }
        };
        drop(state);
        Ok(Lent { unit: self.clone(), cell, place: Some(place), version: None })
    }
}

impl<A: Aggregate> Lent<A> {
    async fn load(&mut self) -> Result<(), RepositoryError> {
        let is_forgotten = self.place.as_ref().is_some_and(|place| place.is_forgotten());
        let (is_barrier, count, staged) = {
            let mut state = self.unit.open().map_err(RepositoryError::Fault)?;
            let is_barrier = state.is_barrier;
            let events = state.entry(&self.cell.stream).map_or(&[][..], |entry| &entry.events);
            // Only what was forgotten needs them once more.
            let staged = if is_forgotten { copies(events) } else { Vec::new() };
            (is_barrier, events.len(), staged)
        };
        let free = self.free_turn();
        let Some(place) = &mut self.place else { return Ok(()) };
        let store = &*self.unit.runtime().shared().store;
        let stream = &self.cell.stream;
        if is_forgotten {
            place.restore(store, stream, &staged).await.map_err(RepositoryError::Fault)?;
        } else {
            place.load(free, store, stream, is_barrier).await?;
        }
        self.version = place.version(count);
        Ok(())
    }

    /// The turn, if nobody has it or waits for it.
    fn free_turn(&self) -> Option<OwnedMutexGuard<Turn<A>>> {
        let is_new = self.place.as_ref().is_some_and(|place| !place.has_turn());
        let free = is_new.then(|| Arc::clone(&self.cell.turn).try_lock_owned().ok()).flatten();
        free.map(|mut turn| {
            self.cell.settle(&mut turn);
            turn
        })
    }

    /// Leaves the turn with the unit, and what the aggregate rests on.
    fn leave_turn(&mut self) {
        let Some(place) = &mut self.place else { return };
        let (turn, rests_on) = (place.take_turn(), place.rests_on().to_vec());
        if let Some(entry) = self.unit.state().entry(&self.cell.stream) {
            entry.rests_on = rests_on;
            if let Some(turn) = turn {
                entry.turn = Some(Box::new(turn));
            }
        }
    }

    /// Takes back what was applied.
    pub(super) fn discard(&mut self) {
        if let Some(place) = &mut self.place {
            if let Some(slot) = place.slot() {
                // Nobody is told of its fault, if there is one: nothing of it is kept.
                let _ = slot.take_staged();
            }
            place.forget();
        }
    }

    pub(crate) fn stream(&self) -> &StreamId {
        &self.cell.stream
    }

    /// The version with what the unit has staged.
    pub(crate) fn version(&self) -> StreamVersion {
        self.version
    }

    /// Signs what is staged from now on with another's metadata.
    pub(crate) fn signed_by(&mut self, unit: UnitOfWork) {
        self.unit = unit;
    }

    pub(super) fn root(&self) -> Option<&Root<A>> {
        self.place.as_ref()?.root()
    }

    pub(super) fn root_mut(&mut self) -> Option<&mut Root<A>> {
        self.place.as_mut()?.slot()?.root_mut()
    }

    /// The aggregate.
    pub(crate) fn slot(&mut self) -> Result<&mut Slot<A>, Fault> {
        let stream = &self.cell.stream;
        self.place
            .as_mut()
            .and_then(|place| place.slot())
            .ok_or_else(|| Fault::defect(format!("`{stream}` was not loaded; load it again")))
    }
}

impl<A: Aggregate> Drop for Lent<A> {
    fn drop(&mut self) {
        let Some(mut place) = self.place.take() else { return };
        let staged = place.slot().map_or_else(|| Ok(Vec::new()), Slot::take_staged);
        let events = staged.map(|events| self.unit.sign(events, &self.cell.stream));
        if events.is_err() {
            place.forget();
        }
        let mut state = self.unit.state();
        // A guard that outlived its command: what it applied has no place any more.
        let is_over = state.is_over(self.unit.work());
        let Some(entry) = state.entry(&self.cell.stream) else { return };
        if is_over {
            place.forget();
        }
        if let Some(turn) = entry.turn.take().and_then(|turn| turn.downcast().ok()) {
            place.give_turn(*turn);
        }
        entry.place = Some(place);
        match events {
            _ if is_over => {}
            Ok(events) => entry.events.extend(events),
            Err(fault) => {
                drop(state);
                self.unit.fail(fault);
            }
        }
    }
}
