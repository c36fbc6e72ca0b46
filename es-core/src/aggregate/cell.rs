use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use foldhash::{HashMap, HashMapExt};

use super::{Aggregate, AggregateId, Pipeline, Slot};
use crate::event::{CommandId, InvalidId, Sequence, StreamId, Tenant};
use crate::store::BatchFate;

/// The live aggregates of one type, bounded; the least recently used idle ones are forgotten.
pub(crate) struct Cells<A: Aggregate> {
    map: Mutex<Map<A>>,
}

struct Map<A: Aggregate> {
    cells: HashMap<Tenant, HashMap<A::Id, Arc<Cell<A>>>>,
    // Every cell once, in the order in which eviction looks at them.
    queue: VecDeque<(Tenant, A::Id)>,
}

impl<A: Aggregate> Default for Cells<A> {
    fn default() -> Self {
        Self { map: Mutex::new(Map { cells: HashMap::new(), queue: VecDeque::new() }) }
    }
}

/// One aggregate's place in the repository. The lock is the aggregate's turn: fair, first come
/// first served.
pub(crate) struct Cell<A> {
    pub(crate) stream: StreamId,
    pub(crate) turn: Arc<tokio::sync::Mutex<Turn<A>>>,
    /// True once the log has told that others changed the aggregate behind the live state.
    met_others: AtomicBool,
    used: AtomicBool,
}

/// What the holder of the turn finds.
pub(crate) struct Turn<A> {
    /// The live state; `None` when it has to be folded from the log.
    pub(crate) live: Option<Box<Live<A>>>,
    /// Batches handed to the log whose outcome was open when last looked at.
    pub(crate) in_flight: VecDeque<InFlight>,
    /// How many of them there may be.
    pub(crate) pipeline: Pipeline,
}

/// A folded state and its version.
pub(crate) struct Live<A> {
    pub(crate) slot: Slot<A>,
    pub(crate) version: Option<Sequence>,
}

/// A batch with the log.
#[derive(Clone)]
pub(crate) struct InFlight {
    pub(crate) fate: BatchFate,
    pub(crate) command: CommandId,
}

// Bounds the work of one insertion; cells that are busy now are looked at again later.
const EVICTION_LOOKS: usize = 8;

impl<A: Aggregate> Cells<A> {
    /// The cell of an aggregate, made if it is not there.
    pub(crate) fn cell(
        &self,
        tenant: &Tenant,
        id: &A::Id,
        capacity: usize,
    ) -> Result<Arc<Cell<A>>, InvalidId> {
        let mut map = self.map.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(cell) = map.cells.get(tenant).and_then(|cells| cells.get(id)) {
            cell.used.store(true, Ordering::Relaxed);
            return Ok(Arc::clone(cell));
        }
        let cell = Arc::new(Cell {
            stream: StreamId::new(tenant, A::NAME, &id.to_text())?,
            turn: Arc::new(tokio::sync::Mutex::new(Turn {
                live: None,
                in_flight: VecDeque::new(),
                pipeline: Pipeline::default(),
            })),
            met_others: AtomicBool::new(false),
            used: AtomicBool::new(false),
        });
        map.make_room(capacity);
        map.cells.entry(tenant.clone()).or_default().insert(id.clone(), Arc::clone(&cell));
        map.queue.push_back((tenant.clone(), id.clone()));
        Ok(cell)
    }
}

impl<A: Aggregate> Map<A> {
    // Second chance: a cell used since the last look, or in use, goes to the back.
    fn make_room(&mut self, capacity: usize) {
        let mut looks = 0;
        while self.queue.len() >= capacity.max(1) && looks < EVICTION_LOOKS {
            looks += 1;
            let Some((tenant, id)) = self.queue.pop_front() else {
                return;
            };
            let cells = self.cells.entry(tenant.clone()).or_default();
            let keep = cells
                .get(&id)
                .is_some_and(|cell| cell.used.swap(false, Ordering::Relaxed) || !cell.is_idle());
            if keep {
                self.queue.push_back((tenant, id));
            } else {
                cells.remove(&id);
                if cells.is_empty() {
                    self.cells.remove(&tenant);
                }
            }
        }
    }
}

impl<A> Cell<A> {
    /// Others changed the aggregate: whoever has the turn next folds it anew, and goes slowly.
    pub(crate) fn meet_others(&self) {
        self.met_others.store(true, Ordering::Release);
    }

    /// Brings a turn that was just taken up to date.
    pub(crate) fn settle(&self, turn: &mut Turn<A>) {
        turn.settle();
        // Looked at first, because a swap costs even where there is nothing to swap.
        if self.met_others.load(Ordering::Acquire) && self.met_others.swap(false, Ordering::AcqRel)
        {
            turn.live = None;
            turn.pipeline.shrink();
        }
    }

    // Called under the map's lock, so nobody can take the cell meanwhile. A turn that somebody
    // holds or waits for, or a batch in flight, would otherwise lead to two live copies.
    fn is_idle(self: &Arc<Self>) -> bool {
        Arc::strong_count(self) == 1
            && Arc::strong_count(&self.turn) == 1
            && self
                .turn
                .try_lock()
                .is_ok_and(|turn| turn.in_flight.iter().all(|batch| !batch.fate.is_pending()))
    }
}

impl<A> Turn<A> {
    /// Forgets settled batches, and the live state if one of them was undone.
    // The log settles batches in the order in which it got them, so only the ends are looked at.
    // Should one in the middle be undone at this moment, what is decided now rests on it through
    // the last one, and is undone with it.
    pub(crate) fn settle(&mut self) {
        if self.in_flight.back().is_some_and(|last| last.fate.is_undone()) {
            self.live = None;
        }
        while let Some(first) = self.in_flight.pop_front_if(|first| !first.fate.is_pending()) {
            if first.fate.is_undone() {
                self.live = None;
                // Who waits behind a conflict must not run into it one after another.
                self.pipeline.shrink();
            } else {
                self.pipeline.stored();
            }
        }
    }

    /// Keeps in mind that a batch is with the log. One that the log was done with at once is
    /// looked at here, because nobody looks at it later.
    pub(crate) fn handed_over(&mut self, batch: InFlight) {
        if batch.fate.is_pending() {
            self.in_flight.push_back(batch);
        } else if batch.fate.is_undone() {
            self.live = None;
            self.pipeline.shrink();
        } else {
            self.pipeline.stored();
        }
    }

    /// True if no further batch may be in flight now.
    pub(crate) fn is_full(&self) -> bool {
        self.pipeline.is_full(self.in_flight.len())
    }

    /// Waits until one more batch may be in flight.
    pub(crate) async fn room(&mut self) {
        while self.is_full()
            && let Some(first) = self.in_flight.front()
        {
            first.fate.settled().await;
            self.settle();
        }
    }

    /// Waits until nothing is in flight.
    pub(crate) async fn settled(&mut self) {
        for batch in &self.in_flight {
            batch.fate.settled().await;
        }
        self.settle();
    }

    /// What a decision made now rests on: the last batch in flight, and through it all before.
    pub(crate) fn decided_on(&self) -> Vec<BatchFate> {
        self.in_flight.back().map(|last| last.fate.clone()).into_iter().collect()
    }
}
