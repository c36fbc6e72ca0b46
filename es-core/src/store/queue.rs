use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
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
    glance: Option<Arc<dyn Glance>>,
    commands: Arc<Commands>,
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
        let (sender, batches) = mpsc::channel(capacity.max(1));
        let (closing, on_closing) = watch::channel(false);
        let (on_closed, closed) = watch::channel(false);
        let queue = Self { sender, glance: None, commands: Arc::default(), closing, closed };
        (queue, AppendReceiver { batches, closing: on_closing, closed: on_closed })
    }

    /// Lets batches that store nothing, and rest on what is durable, be answered at a glance.
    #[must_use]
    pub fn with_glance(mut self, glance: Arc<dyn Glance>) -> Self {
        self.glance = Some(glance);
        self
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
            let changed = self.commands.changed.notified();
            if !self.commands.contains(id) {
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
        let (glance, commands) = (self.glance.clone(), Arc::clone(&self.commands));
        Permit::queue(Place { permit, glance, commands })
    }
}

/// A place in the queue.
pub(super) struct Place {
    permit: mpsc::OwnedPermit<QueuedAppend>,
    glance: Option<Arc<dyn Glance>>,
    commands: Arc<Commands>,
}

impl Place {
    pub(super) fn send(self, batch: Append) -> Appended {
        if self.holds_at_a_glance(&batch) {
            let result = Ok(Committed::nothing());
            settle(&batch.fate, &result);
            return Appended::ready(result);
        }
        let (answer, receiver) = oneshot::channel();
        let in_flight =
            batch.command.as_ref().map(|command| InFlight::enter(&self.commands, command.id));
        self.permit.send(QueuedAppend { batch, answer: Some(answer), in_flight });
        Appended::Queued(receiver)
    }

    fn holds_at_a_glance(&self, batch: &Append) -> bool {
        let Some(glance) = &self.glance else { return false };
        batch.stores_nothing()
            && batch.decided_on.iter().all(BatchFate::is_committed)
            // Its first attempt may be with the writer.
            && batch.unless_stored.is_none_or(|id| !self.commands.contains(id))
            && glance.holds(batch)
    }
}

/// The ids of commands whose batches are with the writer.
#[derive(Debug, Default)]
struct Commands {
    // Counted: a repetition can be in flight beside its first attempt.
    ids: Mutex<HashMap<CommandId, usize>>,
    changed: Notify,
}

impl Commands {
    fn contains(&self, id: CommandId) -> bool {
        self.ids.lock().unwrap_or_else(PoisonError::into_inner).contains_key(&id)
    }
}

#[derive(Debug)]
struct InFlight {
    commands: Arc<Commands>,
    id: CommandId,
}

impl InFlight {
    fn enter(commands: &Arc<Commands>, id: CommandId) -> Self {
        let mut ids = commands.ids.lock().unwrap_or_else(PoisonError::into_inner);
        *ids.entry(id).or_insert(0) += 1;
        Self { commands: Arc::clone(commands), id }
    }
}

impl Drop for InFlight {
    fn drop(&mut self) {
        let mut ids = self.commands.ids.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = ids.get_mut(&self.id) {
            *count -= 1;
            if *count == 0 {
                ids.remove(&self.id);
            }
        }
        drop(ids);
        self.commands.changed.notify_waiters();
    }
}
