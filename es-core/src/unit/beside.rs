//! What the commands of one unit of work do beside each other.
//!
//! A handler may send several commands at once (`join!`), and each of them may fail alone, which
//! takes its work back. Whoever has seen that work has decided on what never was, and whoever
//! decides on a boundary has to see everything that belongs to it: neither is stored.

use std::collections::{BTreeMap, BTreeSet};
use std::iter;

use super::{Closed, Entry, Staged, UnitOfWork};
use crate::aggregate::Order;
use crate::event::StreamId;
use crate::fault::Fault;
use crate::store::Criteria;

/// The sender of each inner command.
#[derive(Default)]
pub(super) struct Senders(BTreeMap<u64, u64>);

impl Senders {
    /// A command, its sender, the sender's sender: what it is taken back with.
    fn line(&self, work: u64) -> impl Iterator<Item = u64> {
        iter::successors(Some(work), |work| self.0.get(work).copied())
    }

    /// True for a command and everything that was sent by it, directly or not.
    fn belongs(&self, work: u64, to: u64) -> bool {
        self.line(work).any(|work| work == to)
    }
}

/// What a command has seen of what is staged.
pub(super) struct Sight {
    /// The command; its sender once it has ended.
    work: u64,
    seen: Vec<Order>,
    /// The boundary it decides on, until it has ended: what of that others stage, it has to see.
    decides_on: Option<Criteria>,
}

impl Sight {
    pub(super) fn of_boundary(work: u64, seen: &[&Staged], criteria: Criteria) -> Self {
        let seen = seen.iter().map(|staged| staged.order).collect();
        Self { work, seen, decides_on: Some(criteria) }
    }

    /// True for what belongs to the boundary and came without being seen.
    fn has_missed(&self, staged: &Staged) -> bool {
        let criteria = self.decides_on.as_ref();
        staged.work != self.work
            && criteria.is_some_and(|criteria| staged.matches(criteria))
            && !self.seen.contains(&staged.order)
    }
}

/// What a command has decided on which has ended.
///
/// In the log its decision stands behind everything that was applied before it ended, also what a
/// guard held meanwhile and gives to the unit only now.
pub(super) struct Decided {
    boundaries: Vec<Criteria>,
    until: Order,
    /// What belongs to them and it has seen, or did itself: all that was staged.
    staged: BTreeSet<Order>,
}

impl Decided {
    fn concerns(&self, staged: &Staged) -> bool {
        self.boundaries.iter().any(|criteria| staged.matches(criteria))
    }

    fn has_missed(&self, staged: &Staged) -> bool {
        staged.order < self.until && !self.staged.contains(&staged.order) && self.concerns(staged)
    }
}

impl Staged {
    pub(super) fn matches(&self, criteria: &Criteria) -> bool {
        let tags = self.event.all_tags();
        criteria.matches(&self.event.name, |tag| tags.contains(tag))
    }

    /// What it changes, for people.
    fn subject(&self) -> String {
        self.event.stream.as_ref().map_or_else(|| self.event.name.to_string(), StreamId::to_string)
    }
}

impl Closed {
    /// Everything that is staged, in no order.
    pub(super) fn staged(&self) -> impl Iterator<Item = &Staged> {
        self.entries.iter().flat_map(|entry| &entry.events).chain(&self.plain)
    }

    /// A command gets an aggregate with what others have staged on it.
    pub(super) fn see(&mut self, work: u64, stream: &StreamId) {
        let Some(entry) = self.entries.iter().find(|it| it.cell.stream() == stream) else { return };
        let others = entry.events.iter().filter(|staged| self.may_go_without(staged, work));
        let seen: Vec<_> = others.map(|staged| staged.order).collect();
        if !seen.is_empty() {
            self.sights.push(Sight { work, seen, decides_on: None });
        }
    }

    /// True if it may be taken back and this command not.
    fn may_go_without(&self, staged: &Staged, work: u64) -> bool {
        !self.senders.belongs(work, staged.work)
    }

    /// True for an inner command that has ended, and for what such a one has sent.
    pub(super) fn is_over(&self, work: u64) -> bool {
        self.senders.line(work).any(|work| self.ended.contains(&work))
    }

    /// What somebody else has seen of a command's work.
    fn seen_by_others(&self, work: u64) -> Option<String> {
        // What its own have seen of it is taken back with it.
        let is_other = |it: &&Sight| !self.senders.belongs(it.work, work);
        let others: Vec<_> = self.sights.iter().filter(is_other).collect();
        if others.is_empty() {
            return None;
        }
        let is_seen = |it: &&Staged| others.iter().any(|sight| sight.seen.contains(&it.order));
        let belongs = |staged: &&Staged| self.senders.belongs(staged.work, work);
        self.staged().filter(belongs).find(is_seen).map(Staged::subject)
    }

    /// What belongs to a boundary that a command decides on, and that it has not seen.
    fn missed(&self, work: u64) -> Option<Fault> {
        let decides = |it: &&Sight| it.work == work && it.decides_on.is_some();
        let own: Vec<_> = self.sights.iter().filter(decides).collect();
        if own.is_empty() {
            return None;
        }
        let missed = self.staged().find(|staged| own.iter().any(|it| it.has_missed(staged)))?;
        Some(Fault::defect(format!(
            "`{}` was staged by another handler of the same unit of work while this one decided on \
             a boundary that it belongs to; send the commands of one unit one after another",
            missed.event.name
        )))
    }

    /// Keeps in mind what an inner command that ends has decided on.
    fn remember_boundaries(&mut self, inner: u64) {
        let own = self.sights.iter().filter(|sight| sight.work == inner);
        let boundaries: Vec<_> = own.filter_map(|sight| sight.decides_on.clone()).collect();
        if !boundaries.is_empty() {
            let mut decided = Decided { boundaries, until: Order::next(), staged: BTreeSet::new() };
            let staged = self.staged().filter(|staged| decided.concerns(staged));
            decided.staged = staged.map(|staged| staged.order).collect();
            self.decided.push(decided);
        }
    }

    /// What was applied before a command decided on a boundary that it belongs to, and was held
    /// back from it.
    ///
    /// # Errors
    /// A fault that names the first such event.
    pub(crate) fn check_boundaries(&self, all: &[Staged]) -> Result<(), Fault> {
        let is_missed = |staged: &&Staged| self.decided.iter().any(|it| it.has_missed(staged));
        let Some(missed) = all.iter().find(is_missed) else { return Ok(()) };
        Err(Fault::defect(format!(
            "`{}` was applied to `{}` before a command decided on a boundary that it belongs to, \
             and that command could not see it; drop the guard before sending such a command, and \
             let a handler apply to its own aggregate afterwards",
            missed.event.name,
            missed.subject()
        )))
    }

    /// Ends an inner command, whose events are gone or its sender's by now: so is what it has seen.
    fn end(&mut self, inner: u64, sender: u64) {
        self.ended.insert(inner);
        let ended: Vec<_> = self.sights.extract_if(.., |sight| sight.work == inner).collect();
        if ended.is_empty() {
            return;
        }
        // What goes with the sender only gets longer where many commands are sent.
        let others = self.staged().filter(|staged| self.may_go_without(staged, sender));
        let others: BTreeSet<_> = others.map(|staged| staged.order).collect();
        for Sight { mut seen, .. } in ended {
            seen.retain(|order| others.contains(order));
            if !seen.is_empty() {
                self.sights.push(Sight { work: sender, seen, decides_on: None });
            }
        }
    }
}

impl UnitOfWork {
    /// Why what this command did cannot be kept: a fault nobody was told of, a guard of its
    /// handler that is still held, or a boundary that has changed beside it.
    pub(super) fn fault(&self) -> Option<Fault> {
        let mut state = self.state();
        if let Some(index) = state.faults.iter().position(|(work, _)| *work == self.work()) {
            return Some(state.faults.swap_remove(index).1);
        }
        let is_held = |entry: &&Entry| entry.place.is_none() && entry.lent_to == self.work();
        let held = state.entries.iter().find(is_held).map(Entry::still_held);
        held.or_else(|| state.missed(self.work()))
    }

    /// Makes the work of an inner command that succeeded a part of its sender's.
    ///
    /// # Errors
    /// The sender has ended: nobody would take the work back any more.
    pub(super) fn keep(&self, sender: &Self) -> Result<(), Fault> {
        let (inner, outer) = (self.work(), sender.work());
        let mut state = sender.open()?;
        state.remember_boundaries(inner);
        let plain = state.plain.iter_mut();
        plain.filter(|staged| staged.work == inner).for_each(|staged| staged.work = outer);
        for entry in &mut state.entries {
            let events = entry.events.iter_mut();
            events.filter(|staged| staged.work == inner).for_each(|staged| staged.work = outer);
        }
        let callbacks = state.callbacks.iter_mut();
        callbacks.filter(|(work, _)| *work == inner).for_each(|(work, _)| *work = outer);
        state.end(inner, outer);
        Ok(())
    }

    /// Notes whose command this is.
    pub(super) fn sent_by(self, sender: &Self) -> Self {
        self.state().senders.0.insert(self.work(), sender.work());
        self
    }

    /// Takes back the work of an inner command that failed, and of those that it has left behind.
    pub(super) fn undo(&self, sender: &Self) {
        let inner = self.work();
        let mut guard = self.state();
        let state = &mut *guard;
        // Whoever is told why it failed may go on from there.
        state.remember_boundaries(inner);
        let beside = state.seen_by_others(inner);
        let stays = |work| !state.senders.belongs(work, inner);
        state.plain.retain(|staged| stays(staged.work));
        let gone: Vec<_> = state.callbacks.extract_if(.., |(work, _)| !stays(*work)).collect();
        state.faults.retain(|(work, _)| stays(*work));
        state.sights.retain(|sight| sight.work == inner || stays(sight.work));
        for entry in &mut state.entries {
            let before = entry.events.len();
            entry.events.retain(|staged| stays(staged.work));
            // Folded again when somebody asks for it. One that is held is forgotten when it comes
            // back from the command itself; anybody else has seen what is gone.
            if entry.events.len() < before
                && let Some(place) = &mut entry.place
            {
                place.forget();
            }
        }
        state.end(inner, sender.work());
        if let Some(subject) = beside {
            let text = format!(
                "a command that failed changed `{subject}` beside another handler of the same unit \
                 of work, which used it meanwhile; send the commands of one unit one after another"
            );
            state.faults.push((0, Fault::defect(text)));
        }
        drop(guard);
        // What a callback has taken along may be a guard, which comes back to the unit.
        drop(gone);
    }
}
