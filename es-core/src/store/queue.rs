use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use tokio::sync::{Notify, mpsc, oneshot, watch};

use super::permit::settle;
use super::{Append, AppendError, Appended, BatchFate, Committed, Glance, Permit};
use crate::event::CommandId;

/// A batch in a writer's queue, with the way back to whoever waits for it.
#[derive(Debug)]
pub struct QueuedAppend {
    /// The batch.
    pub batch: Append,
    answer: Option<oneshot::Sender<Result<Committed, AppendError>>>,
    in_flight: Option<InFlight>,
}

impl QueuedAppend {
    /// Sets the batch's fate and answers. Nobody listening is fine.
    pub fn answer(mut self, result: Result<Committed, AppendError>) {
        settle(&self.batch.fate, &result);
        // Before the answer: whoever has it may look the command up at once.
        self.in_flight = None;
        if let Some(answer) = self.answer.take() {
            let _ = answer.send(result);
        }
    }
}

impl Drop for QueuedAppend {
    fn drop(&mut self) {
        // The writer ended in the middle of its work: nobody can tell what became of the batch,
        // and those who wait for its fate must not wait for ever.
        if self.answer.is_some() {
            self.batch.fate.doubt();
        }
    }
}

/// The bounded queue between commands and a log's one writer. Clones are ends of the same queue.
#[derive(Clone)]
pub struct AppendQueue {
    sender: mpsc::Sender<QueuedAppend>,
    shared: Arc<Shared>,
    closing: watch::Sender<bool>,
    closed: watch::Receiver<bool>,
}

impl fmt::Debug for AppendQueue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AppendQueue").field("sender", &self.sender).finish_non_exhaustive()
    }
}

/// The writer's end of an [`AppendQueue`].
#[derive(Debug)]
pub struct AppendReceiver {
    pub(super) batches: mpsc::Receiver<QueuedAppend>,
    pub(super) closing: watch::Receiver<bool>,
    pub(super) closed: watch::Sender<bool>,
}

impl AppendQueue {
    /// Makes a queue with room for `capacity` batches, and its other end.
    #[must_use]
    pub fn bounded(capacity: usize) -> (Self, AppendReceiver) {
        Self::sharing(capacity, Shared::default())
    }

    /// As [`bounded`](Self::bounded), and answers batches that store nothing, and rest on what is
    /// durable, at a glance.
    #[must_use]
    pub fn with_glance(capacity: usize, glance: Box<dyn Glance>) -> (Self, AppendReceiver) {
        Self::sharing(capacity, Shared { glance: Some(glance), ..Shared::default() })
    }

    fn sharing(capacity: usize, shared: Shared) -> (Self, AppendReceiver) {
        let (sender, batches) = mpsc::channel(capacity.max(1));
        let (closing, on_closing) = watch::channel(false);
        let (on_closed, closed) = watch::channel(false);
        let queue = Self { sender, shared: Arc::new(shared), closing, closed };
        (queue, AppendReceiver { batches, closing: on_closing, closed: on_closed })
    }

    /// Takes a place if one is free.
    ///
    /// # Errors
    /// `Overloaded` when none is free, `Closed` when the queue was closed.
    pub fn try_reserve(&self) -> Result<Permit, AppendError> {
        if *self.closing.borrow() {
            return Err(AppendError::Closed);
        }
        match self.sender.clone().try_reserve_owned() {
            Ok(permit) => Ok(self.permit(permit)),
            Err(mpsc::error::TrySendError::Full(_)) => Err(AppendError::Overloaded),
            Err(mpsc::error::TrySendError::Closed(_)) => Err(AppendError::Closed),
        }
    }

    /// Takes a place, waiting for one until the deadline.
    ///
    /// # Errors
    /// `Overloaded` when none was free in time, `Closed` when the queue was closed.
    ///
    /// # Cancel safety
    /// Dropping the future gives the place back.
    pub async fn reserve(&self, deadline: Option<Instant>) -> Result<Permit, AppendError> {
        match self.try_reserve() {
            Err(AppendError::Overloaded) => {}
            ready => return ready,
        }
        let reserve = self.sender.clone().reserve_owned();
        let permit = match deadline {
            None => reserve.await,
            Some(deadline) => tokio::time::timeout_at(deadline.into(), reserve)
                .await
                .map_err(|_| AppendError::Overloaded)?,
        };
        permit.map(|permit| self.permit(permit)).map_err(|_| AppendError::Closed)
    }

    /// Waits until no batch with this command id is between its hand-over and its answer.
    ///
    /// # Cancel safety
    /// Dropping the future changes nothing.
    pub async fn settled(&self, id: CommandId) {
        loop {
            let changed = self.shared.changed.notified();
            if !self.shared.is_in_flight(id) {
                return;
            }
            changed.await;
        }
    }

    /// Refuses further batches, and waits until the queued ones are answered and the engine has
    /// released what it held. A second call waits too.
    ///
    /// # Cancel safety
    /// Dropping the future leaves the queue closing.
    pub async fn close(&self) {
        self.closing.send_replace(true);
        let mut closed = self.closed.clone();
        // An error means that the writer is gone, which is closed as well.
        let _ = closed.wait_for(|closed| *closed).await;
    }

    fn permit(&self, permit: mpsc::OwnedPermit<QueuedAppend>) -> Permit {
        Permit::queue(Place { permit, shared: Arc::clone(&self.shared) })
    }
}

/// A place in the queue.
pub(super) struct Place {
    permit: mpsc::OwnedPermit<QueuedAppend>,
    shared: Arc<Shared>,
}

impl Place {
    pub(super) fn send(self, batch: Append) -> Appended {
        if self.holds_at_a_glance(&batch) {
            let result = Ok(Committed::nothing());
            settle(&batch.fate, &result);
            return Appended::ready(result);
        }
        let (answer, receiver) = oneshot::channel();
        let command = batch.command.as_ref();
        let in_flight = command.map(|command| InFlight::enter(self.shared, command.id));
        self.permit.send(QueuedAppend { batch, answer: Some(answer), in_flight });
        Appended::Queued(receiver)
    }

    fn holds_at_a_glance(&self, batch: &Append) -> bool {
        let Some(glance) = &self.shared.glance else { return false };
        batch.stores_nothing()
            && batch.decided_on.iter().all(BatchFate::is_committed)
            // Its first attempt may be with the writer.
            && batch.unless_stored.is_none_or(|id| !self.shared.is_in_flight(id))
            && glance.holds(batch)
    }
}

/// What the places of a queue have in common.
#[derive(Default)]
struct Shared {
    glance: Option<Box<dyn Glance>>,
    /// The ids of commands whose batches are with the writer.
    // Counted: a repetition can be in flight beside its first attempt.
    commands: Mutex<HashMap<CommandId, usize>>,
    changed: Notify,
}

impl Shared {
    fn commands(&self) -> MutexGuard<'_, HashMap<CommandId, usize>> {
        self.commands.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn is_in_flight(&self, id: CommandId) -> bool {
        self.commands().contains_key(&id)
    }
}

struct InFlight {
    shared: Arc<Shared>,
    id: CommandId,
}

impl fmt::Debug for InFlight {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("InFlight").field(&self.id).finish()
    }
}

impl InFlight {
    fn enter(shared: Arc<Shared>, id: CommandId) -> Self {
        *shared.commands().entry(id).or_insert(0) += 1;
        Self { shared, id }
    }
}

impl Drop for InFlight {
    fn drop(&mut self) {
        let mut commands = self.shared.commands();
        if let Some(count) = commands.get_mut(&self.id) {
            *count -= 1;
            if *count == 0 {
                commands.remove(&self.id);
            }
        }
        drop(commands);
        self.shared.changed.notify_waiters();
    }
}
