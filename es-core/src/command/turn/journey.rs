use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use tokio::time::timeout_at;

use super::{Failure, Fallible};
use crate::aggregate::{Aggregate, Cell};
use crate::command::handled::SendResult;
use crate::command::{CommandError, RecordedCodec};
use crate::context::Context;
use crate::event::{CommandId, Metadata, StreamId, Tenant};
use crate::runtime::Ticket;
use crate::store::{AppendError, Permit, RememberedCommand};
use crate::unit::{AnyCell, Entry};

/// What is known of a command on its way; it stays the same when the command is decided again.
pub(super) struct Journey {
    /// Keeps the application open as long as the command is on its way.
    pub(super) runtime: Ticket,
    pub(super) name: &'static str,
    /// How the error of its handler is stored.
    pub(super) recorded: Option<RecordedCodec>,
    pub(super) id: CommandId,
    pub(super) is_repeatable: bool,
    // What is stored with the events, and what the handler sees.
    pub(super) metadata: Metadata,
    pub(super) tenant: Tenant,
    /// The aggregate it is for, once that is known; none for a free handler.
    pub(super) target: Option<StreamId>,
    pub(super) deadline: Option<Instant>,
    /// True once an effect outside may have happened that nobody may repeat.
    pub(super) has_effects: AtomicBool,
}

impl Journey {
    /// The target's place in the repository.
    pub(super) fn find<A: Aggregate>(&mut self, target: &A::Id) -> Fallible<Arc<Cell<A>>> {
        let command_id = self.id;
        let cells = self
            .runtime
            .cells::<A>()
            .map_err(|text| CommandError::NoHandler { command_id, text })?;
        let capacity = self.runtime.shared().limits.live_aggregates;
        let cell = cells
            .cell(&self.tenant, target, capacity)
            .map_err(|source| CommandError::InvalidId { command_id, source })?;
        self.target = Some(cell.stream.clone());
        Ok(cell)
    }

    /// Notes the effects of the run at hand: those of the handler and of commands that it sent.
    // There is no other run after one that had effects.
    pub(super) fn note_effects(&self, context: &Context) {
        self.has_effects.store(context.has_effects(), Ordering::Relaxed);
    }

    /// Whether the command may be decided again.
    pub(super) fn may_repeat(&self) -> bool {
        !self.has_effects.load(Ordering::Relaxed)
    }

    /// What the sender is told: a failure says whether effects may have happened.
    pub(super) fn told<R>(&self, result: SendResult<R>) -> SendResult<R> {
        match result {
            Err(error) if !self.may_repeat() => Err(error.after_effects()),
            result => result,
        }
    }

    /// The deadline has passed, and nothing was handed to the log.
    pub(super) fn too_late(&self) -> Failure {
        CommandError::DeadlineExceeded { command_id: self.id, has_effects: false }
    }

    pub(super) fn is_late(&self) -> bool {
        self.deadline.is_some_and(|deadline| deadline <= Instant::now())
    }

    pub(super) async fn before_deadline<T>(&self, future: impl Future<Output = T>) -> Fallible<T> {
        match self.deadline {
            None => Ok(future.await),
            // What is ready at once would otherwise win over a deadline that has passed.
            Some(_) if self.is_late() => Err(self.too_late()),
            Some(deadline) => {
                timeout_at(deadline.into(), future).await.map_err(|_| self.too_late())
            }
        }
    }

    /// Waits for the turns of aggregates, one after another, and holds them.
    pub(super) async fn hold(&self, cells: &[Arc<dyn AnyCell>]) -> Fallible<Vec<Entry>> {
        let mut held = Vec::with_capacity(cells.len());
        for cell in cells {
            let store = Arc::clone(&self.runtime.shared().store);
            let place = self.before_deadline(Arc::clone(cell).hold(store)).await?;
            held.push(Entry::held(Arc::clone(cell), place));
        }
        Ok(held)
    }

    /// A place in the log's queue, waited for where none is free.
    pub(super) async fn place(&self) -> Result<Permit, AppendError> {
        let store = &self.runtime.shared().store;
        match store.try_reserve() {
            Err(AppendError::Overloaded) => store.reserve(self.deadline).await,
            permit => permit,
        }
    }

    /// What a given id was answered, if it was sent before.
    pub(super) async fn remembered(&self) -> Fallible<Option<RememberedCommand>> {
        if !self.is_repeatable {
            return Ok(None);
        }
        let store = &self.runtime.shared().store;
        self.before_deadline(store.remembered(&self.tenant, self.id)).await?.map_err(|error| {
            CommandError::Load { command_id: self.id, source: error.into(), has_effects: false }
        })
    }
}
