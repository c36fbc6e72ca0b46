//! A command's turn at its aggregate: what it waits for before it is decided.
//!
//! Compiled once per aggregate.

use std::sync::Arc;

use tokio::sync::OwnedMutexGuard;

use super::attempts::Attempts;
use super::{Fallible, Journey};
use crate::aggregate::{Aggregate, Cell, Live, Turn, fold};
use crate::command::CommandError;
use crate::store::RememberedCommand;
use crate::unit::Entry;

/// The target's turn, and those of aggregates that an earlier run touched.
pub(super) struct Turns<A> {
    pub(super) own: OwnedMutexGuard<Turn<A>>,
    pub(super) held: Vec<Entry>,
}

impl Journey {
    /// The turn of a first run, if nobody has it or waits for it: what [`Journey::take_turns`]
    /// gives, without a future.
    pub(super) fn free_turn<A: Aggregate>(
        &self,
        cell: &Arc<Cell<A>>,
        attempts: &Attempts,
    ) -> Fallible<Option<OwnedMutexGuard<Turn<A>>>> {
        if self.is_late() {
            return Err(self.too_late());
        }
        if !attempts.is_first() {
            return Ok(None);
        }
        let free = Arc::clone(&cell.turn).try_lock_owned().ok();
        Ok(free.and_then(|mut turn| {
            cell.settle(&mut turn);
            (!turn.is_full()).then_some(turn)
        }))
    }

    /// Waits for the aggregate's turn; once an earlier run met a conflict, for the turns of all
    /// aggregates that it touched, in the order of their streams.
    // Everybody waits in that order, and nobody else waits while holding one: no cycle.
    pub(super) async fn take_turns<A: Aggregate>(
        &self,
        cell: &Arc<Cell<A>>,
        attempts: &Attempts,
    ) -> Fallible<Turns<A>> {
        if attempts.touched().is_empty() {
            return Ok(Turns { own: self.take_turn(cell).await?, held: Vec::new() });
        }
        let (before, after) = attempts.around(&cell.stream);
        let mut held = self.hold(before).await?;
        let own = self.take_turn(cell).await?;
        held.append(&mut self.hold(after).await?);
        Ok(Turns { own, held })
    }

    async fn take_turn<A: Aggregate>(
        &self,
        cell: &Arc<Cell<A>>,
    ) -> Fallible<OwnedMutexGuard<Turn<A>>> {
        let locking = Arc::clone(&cell.turn).lock_owned();
        let mut turn = self.before_deadline(locking).await?;
        cell.settle(&mut turn);
        if turn.is_full() {
            self.before_deadline(turn.room()).await?;
        }
        Ok(turn)
    }

    /// Folds the state from the log if it is not live.
    pub(super) async fn fold<A: Aggregate>(
        &self,
        cell: &Cell<A>,
        turn: &mut Turn<A>,
    ) -> Fallible<()> {
        if turn.live.is_some() {
            return Ok(());
        }
        // Folding reads durable events only, so what is in flight must have settled.
        self.before_deadline(turn.settled()).await?;
        let store = &*self.runtime.shared().store;
        let folded =
            self.before_deadline(fold::<A>(store, &cell.stream)).await?.map_err(|source| {
                CommandError::Load { command_id: self.id, source, has_effects: false }
            })?;
        turn.live = Some(Box::new(Live { slot: folded.slot, version: folded.version }));
        Ok(())
    }

    /// Looks a given id up before any handler runs; one in flight is waited for.
    pub(super) async fn answered_before<A: Aggregate>(
        &self,
        turn: &mut Turn<A>,
    ) -> Fallible<Option<RememberedCommand>> {
        if !self.is_repeatable {
            return Ok(None);
        }
        let same = turn.in_flight.iter().find(|batch| batch.command == self.id);
        if let Some(fate) = same.map(|batch| batch.fate.clone()) {
            self.before_deadline(fate.settled()).await?;
        }
        self.remembered().await
    }
}
