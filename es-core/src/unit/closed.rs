use std::collections::BTreeSet;
use std::sync::Arc;

use super::beside::{Decided, Senders, Sight};
use super::{AnyCell, Callback, Entry, Staged};
use crate::aggregate::InFlight;
use crate::event::StreamId;
use crate::fault::Fault;
use crate::store::{Append, BatchFate, Condition, EventStore, Expectation, Expected};

/// What a unit of work has gathered.
#[derive(Default)]
pub(crate) struct Closed {
    pub(super) has_ended: bool,
    pub(super) is_barrier: bool,
    /// The handlers that have begun, may have effects outside and may not run again: a number each,
    /// higher than those of the works that began before.
    // No count: it would go down again, and say that a later one has not begun.
    pub(super) effects: Vec<u64>,
    pub(super) entries: Vec<Entry>,
    pub(super) plain: Vec<Staged>,
    pub(super) conditions: Vec<Condition>,
    pub(super) callbacks: Vec<(u64, Callback)>,
    pub(super) faults: Vec<(u64, Fault)>,
    /// What commands have seen of each other's work.
    pub(super) sights: Vec<Sight>,
    /// What inner commands have decided on that have ended.
    pub(super) decided: Vec<Decided>,
    /// Inner commands that have ended: nothing of theirs is taken any more.
    pub(super) ended: BTreeSet<u64>,
    /// Which command each inner one belongs to, and is taken back with.
    pub(super) senders: Senders,
}

impl Closed {
    pub(super) fn new(is_barrier: bool) -> Self {
        Self { is_barrier, ..Self::default() }
    }

    pub(super) fn entry(&mut self, stream: &StreamId) -> Option<&mut Entry> {
        self.entries.iter_mut().find(|entry| entry.cell.stream() == stream)
    }

    /// The batches that the unit's aggregates rest on, those included that a guard holds.
    pub(super) fn rests_on(&self) -> Vec<BatchFate> {
        let fates = self.entries.iter().flat_map(|entry| match &entry.place {
            Some(place) => place.rests_on(),
            None => &entry.rests_on,
        });
        fates.cloned().collect()
    }

    /// Says in a batch what must be true when it is stored.
    pub(crate) fn expect(&mut self, batch: &mut Append) {
        for entry in &self.entries {
            let Some(place) = &entry.place else { continue };
            // Held for its turn, and not asked for in this run.
            let Some(version) = place.base() else { continue };
            let expected = version.map_or(Expected::NoStream, Expected::Exact);
            let stream = entry.cell.stream().clone();
            batch.expectations.push(Expectation { stream, expected });
            batch.decided_on.extend(place.rests_on().iter().cloned());
        }
        batch.conditions.append(&mut self.conditions);
    }

    /// What must not be stored half: a fault nobody was told of, an inner command that has staged
    /// something and goes on, or a guard that is still held.
    pub(crate) fn fault(&mut self) -> Option<Fault> {
        if let Some((_, fault)) = self.faults.pop() {
            return Some(fault);
        }
        if self.has_unfinished() {
            return Some(Fault::defect(
                "a command that the handler sent has not ended with it; await it inside",
            ));
        }
        self.entries.iter().find(|entry| entry.place.is_none()).map(Entry::still_held)
    }

    /// True if an inner command was neither kept nor taken back: what it did so far is half of it.
    fn has_unfinished(&self) -> bool {
        self.staged().any(|staged| staged.work != 0)
            || self.callbacks.iter().any(|(work, _)| *work != 0)
    }

    /// Everything that is to be stored, in no order.
    pub(crate) fn take_events(&mut self) -> Vec<Staged> {
        let mut events = std::mem::take(&mut self.plain);
        for entry in &mut self.entries {
            entry.stored = entry.events.len() as u64;
            events.append(&mut entry.events);
        }
        events
    }

    /// Drops what was staged, and what was taken: the handler failed.
    pub(crate) fn forget(&mut self) {
        self.plain.clear();
        self.callbacks.clear();
        for entry in &mut self.entries {
            if entry.stored == 0 && entry.events.is_empty() {
                continue;
            }
            entry.stored = 0;
            entry.events.clear();
            if let Some(place) = &mut entry.place {
                place.forget();
            }
        }
    }

    /// Moves the aggregates on by what the batch stores, and takes snapshots that are due.
    pub(crate) fn advance(&mut self, store: &Arc<dyn EventStore>, batch: &Append) {
        for entry in self.entries.iter_mut().filter(|entry| entry.stored > 0) {
            if let Some(place) = &mut entry.place {
                place.advance(entry.stored);
                place.take_snapshot(store, entry.cell.stream(), batch);
            }
        }
    }

    pub(crate) fn take_callbacks(&mut self) -> Vec<Callback> {
        std::mem::take(&mut self.callbacks).into_iter().map(|(_, run)| run).collect()
    }

    /// What is made by the batch.
    pub(crate) fn created(&self) -> Vec<StreamId> {
        let is_created = |entry: &&Entry| {
            entry.stored > 0 && entry.place.as_ref().is_some_and(|it| it.base() == Some(None))
        };
        self.entries.iter().filter(is_created).map(|it| it.cell.stream().clone()).collect()
    }

    /// The aggregates that the run touched.
    pub(crate) fn touched(&self) -> Vec<Arc<dyn AnyCell>> {
        self.entries.iter().map(|entry| Arc::clone(&entry.cell)).collect()
    }

    /// Gives the turns back, after the batch was handed over.
    pub(crate) fn release(self, batch: &InFlight) {
        self.entries.into_iter().filter_map(|entry| entry.place).for_each(|it| it.release(batch));
    }
}
