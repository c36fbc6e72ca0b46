use std::any::Any;
use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::beside::Sight;
use super::{AnyCell, AnyPlace, Closed, Seed};
use crate::aggregate::Order;
use crate::context::{Context, FromContext, Needs};
use crate::event::{CommandId, Event, EventId, Metadata, StreamId, Tenant};
use crate::fault::Fault;
use crate::runtime::Runtime;
use crate::store::{BatchFate, Condition, NewEvent};

/// The unit of work that a handler belongs to, as a parameter of the handler.
///
/// What is published through it is stored with the command's other events, in the order in which
/// handlers applied and published. After the handler has ended it is closed, and says so.
#[derive(Clone)]
pub struct UnitOfWork {
    unit: Arc<Unit>,
    by: Arc<By>,
}

/// The command whose handler works with the unit.
struct By {
    work: u64,
    /// How many commands it is nested in.
    depth: usize,
    command: CommandId,
    metadata: Metadata,
}

/// What all handlers of one unit share.
pub(crate) struct Unit {
    pub(crate) runtime: Runtime,
    tenant: Tenant,
    own: Option<StreamId>,
    /// What the next work or effect is numbered with.
    numbers: AtomicU64,
    state: Mutex<Closed>,
}

/// An aggregate that the unit has, or has had.
pub(crate) struct Entry {
    pub(super) cell: Arc<dyn AnyCell>,
    /// `None` while a handler or a guard has it.
    pub(super) place: Option<Box<dyn AnyPlace>>,
    pub(super) events: Vec<Staged>,
    /// How many events it has in the batch that is about to be handed over.
    pub(super) stored: u64,
    /// The command whose handler has it, or had it last.
    pub(super) lent_to: u64,
    /// Its turn, while a handler or a guard has it: what takes a guard along takes no turn.
    pub(super) turn: Option<Box<dyn Any + Send>>,
    /// What its place rests on, while a handler or a guard has it.
    pub(super) rests_on: Vec<BatchFate>,
}

impl Entry {
    /// An aggregate whose turn the unit has; nobody has asked for it yet.
    pub(crate) fn held(cell: Arc<dyn AnyCell>, place: Box<dyn AnyPlace>) -> Self {
        Self { place: Some(place), ..Self::lent(cell) }
    }

    /// A guard outlives the handler that has it.
    pub(super) fn still_held(&self) -> Fault {
        Fault::defect(format!(
            "`{}` is still held after its handler has ended; drop its guard before, and move none \
             into a task",
            self.cell.stream()
        ))
    }

    /// An aggregate that is lent out at once.
    pub(super) fn lent(cell: Arc<dyn AnyCell>) -> Self {
        Self {
            cell,
            place: None,
            events: Vec::new(),
            stored: 0,
            lent_to: 0,
            turn: None,
            rests_on: Vec::new(),
        }
    }
}

/// An event of the unit that is not stored yet.
pub(crate) struct Staged {
    /// Its place in the order of `apply` and `publish`.
    pub(crate) order: Order,
    /// The inner command it belongs to; 0 is the outer one.
    pub(super) work: u64,
    pub(crate) event: NewEvent,
}

/// What runs once the unit is durable.
pub(crate) type Callback = Box<dyn FnOnce() + Send>;

impl UnitOfWork {
    pub(crate) fn begin(
        runtime: Runtime,
        seed: Seed,
        command: CommandId,
        metadata: Metadata,
    ) -> Self {
        let Seed { tenant, own, is_barrier } = seed;
        let state = Mutex::new(Closed::new(is_barrier));
        let unit = Unit { runtime, tenant, own, numbers: AtomicU64::new(1), state };
        let by = By { work: 0, depth: 0, command, metadata };
        Self { unit: Arc::new(unit), by: Arc::new(by) }
    }

    /// The same unit for a command that its handler sends.
    pub(super) fn inner(&self, command: CommandId, metadata: Metadata) -> Self {
        self.next(self.by.depth + 1, command, metadata)
    }

    /// The same unit for one attempt to send a command.
    pub(super) fn attempt(&self) -> Self {
        self.next(self.by.depth, self.by.command, self.by.metadata.clone())
    }

    /// The same work with what is stored beside its events from now on.
    pub(crate) fn described(&self, metadata: Metadata) -> Self {
        let By { work, depth, command, .. } = *self.by;
        self.part(By { work, depth, command, metadata })
    }

    fn next(&self, depth: usize, command: CommandId, metadata: Metadata) -> Self {
        let work = self.next_number();
        self.part(By { work, depth, command, metadata }).sent_by(self)
    }

    /// A number for what begins now, higher than all before.
    fn next_number(&self) -> u64 {
        self.unit.numbers.fetch_add(1, Ordering::Relaxed)
    }

    fn part(&self, by: By) -> Self {
        Self { unit: Arc::clone(&self.unit), by: Arc::new(by) }
    }

    /// Adds aggregates whose turns the unit has.
    pub(super) fn hold(&self, mut held: Vec<Entry>) {
        self.state().entries.append(&mut held);
    }

    /// Stores an event without a stream, in order with what handlers apply. Its sequencing key is
    /// its first tag, or its own id.
    ///
    /// An event that an aggregate folds belongs to its stream, and published it never reaches the
    /// aggregate: return it from a handler of the aggregate, or apply it there.
    ///
    /// An event that cannot be encoded fails the command afterwards. After the handler has ended
    /// nothing is stored, and an error is logged.
    pub fn publish<E: Event>(&self, event: E) -> &Self {
        let order = Order::next();
        let id = EventId::of_command(self.by.command);
        match NewEvent::of(&event, id, self.by.metadata.clone()) {
            Ok(event) => {
                let staged = Staged { order, work: self.by.work, event };
                self.add(|unit| unit.plain.push(staged));
            }
            Err(fault) => self.fail(fault),
        }
        self
    }

    /// Runs something once, when what the outer command decided is durable, and never if it is
    /// not; also not if the command that asked for it failed. The command's sender gets the reply
    /// afterwards. A panic inside is logged.
    ///
    /// It is not run again after a crash: what must happen belongs into an event handler.
    pub fn after_commit(&self, run: impl FnOnce() + Send + 'static) -> &Self {
        let (work, run) = (self.by.work, Box::new(run));
        self.add(|unit| unit.callbacks.push((work, run)));
        self
    }

    fn add(&self, add: impl FnOnce(&mut Closed)) {
        match self.open() {
            Ok(mut unit) => add(&mut unit),
            Err(fault) => tracing::error!(%fault, "something was lost"),
        }
    }

    /// Stores what is decided only if the condition holds then, and gives the events that the
    /// unit itself has staged so far and that match it, in order.
    pub(crate) fn require(&self, condition: Condition) -> Result<Vec<NewEvent>, Fault> {
        let mut unit = self.open()?;
        let mut own: Vec<_> =
            unit.staged().filter(|staged| staged.matches(&condition.criteria)).collect();
        own.sort_by_key(|staged| staged.order);
        let sight = Sight::of_boundary(self.by.work, &own, condition.criteria.clone());
        let own = own.into_iter().map(|staged| staged.event.clone()).collect();
        unit.sights.push(sight);
        unit.conditions.push(condition);
        Ok(own)
    }

    pub(crate) fn runtime(&self) -> &Runtime {
        &self.unit.runtime
    }

    pub(crate) fn tenant(&self) -> &Tenant {
        &self.unit.tenant
    }

    pub(crate) fn metadata(&self) -> &Metadata {
        &self.by.metadata
    }

    pub(super) fn work(&self) -> u64 {
        self.by.work
    }

    /// How many commands the one is nested in whose handler works with this.
    pub(crate) fn depth(&self) -> usize {
        self.by.depth
    }

    /// True for the target of the outer command, which its handler has.
    pub(crate) fn is_own(&self, stream: &StreamId) -> bool {
        self.unit.own.as_ref() == Some(stream)
    }

    /// Everything, if the outer handler is still running.
    pub(crate) fn open(&self) -> Result<MutexGuard<'_, Closed>, Fault> {
        let state = self.state();
        if state.has_ended || state.is_over(self.by.work) {
            return Err(Fault::defect(ENDED));
        }
        Ok(state)
    }

    pub(crate) fn state(&self) -> MutexGuard<'_, Closed> {
        self.unit.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Ends the unit: nothing can be added to it any more.
    pub(crate) fn close(&self) -> Closed {
        let mut state = self.state();
        let closed = std::mem::take(&mut *state);
        state.has_ended = true;
        // Inner commands that were left behind are still told of theirs.
        state.effects.clone_from(&closed.effects);
        closed
    }

    /// Signs what a handler or guard staged on an aggregate.
    pub(super) fn sign(&self, events: Vec<NewEvent>, stream: &StreamId) -> Vec<Staged> {
        let sign = |mut event: NewEvent| {
            let order = Order::of(&event);
            event.id = EventId::of_command(self.by.command);
            event.stream = Some(stream.clone());
            event.metadata = self.by.metadata.clone();
            Staged { order, work: self.by.work, event }
        };
        events.into_iter().map(sign).collect()
    }

    /// Keeps a fault that came up where nobody could be told; it fails the command.
    pub(super) fn fail(&self, fault: Fault) {
        self.state().faults.push((self.by.work, fault));
    }

    /// What this command has decided so far, in order.
    pub(crate) fn decided(&self) -> Vec<NewEvent> {
        let state = self.state();
        let mut own: Vec<_> = state.staged().filter(|staged| staged.work == self.by.work).collect();
        own.sort_by_key(|staged| staged.order);
        own.into_iter().map(|staged| staged.event.clone()).collect()
    }

    /// Waits until everything the unit rests on is durable, and lets nothing else in from now on.
    ///
    /// A handler with effects outside runs next.
    pub(crate) async fn barrier(&self) -> Result<(), Fault> {
        let fates = {
            let mut state = self.open()?;
            state.is_barrier = true;
            state.rests_on()
        };
        all_stored(&fates).await
    }

    /// Tells that an effect outside may happen from now on, which nobody may repeat; gives its
    /// number.
    ///
    /// # Errors
    /// The unit has ended, or the command: what the effect is for would never be stored.
    pub(crate) fn risk_effect(&self) -> Result<u64, Fault> {
        let mut state = self.open()?;
        let effect = self.next_number();
        state.effects.push(effect);
        Ok(effect)
    }

    /// Tells that this one has not happened.
    pub(crate) fn had_no_effect(&self, effect: u64) {
        self.state().effects.retain(|begun| *begun != effect);
    }

    /// True if an effect outside may have happened since this command began. It may be that of
    /// another one beside it.
    pub(crate) fn has_effects(&self) -> bool {
        // They rise, so the last one tells.
        self.state().effects.last().is_some_and(|effect| *effect > self.by.work)
    }
}

pub(super) const ENDED: &str = "the unit of work has ended with its handler; await what it starts \
    inside, or use the application's own gateway";

/// Waits for batches; an error if one is not stored.
pub(super) async fn all_stored(fates: &[BatchFate]) -> Result<(), Fault> {
    for fate in fates {
        fate.settled().await;
        if fate.is_undone() {
            return Err(Fault::new("the state this was decided on was never stored"));
        }
    }
    Ok(())
}

impl FromContext for UnitOfWork {
    fn from_context(context: &Context) -> Result<Self, Fault> {
        context.unit().cloned()
    }

    fn needs(needs: &mut Needs) {
        needs.unit_of_work();
    }
}

impl fmt::Debug for UnitOfWork {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("UnitOfWork").field("command", &self.by.command).finish_non_exhaustive()
    }
}

impl Staged {
    /// An event of the outer command's own target.
    pub(crate) fn signed(mut event: NewEvent, sign: impl FnOnce(&mut NewEvent)) -> Self {
        let order = Order::of(&event);
        sign(&mut event);
        Self { order, work: 0, event }
    }
}
