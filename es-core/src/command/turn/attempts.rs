//! How often a command was decided, and what the next run waits for.

use std::sync::Arc;

use tokio::task::JoinHandle;
use tokio::time::timeout_at;

use super::{Failure, Fallible, Journey, jitter};
use crate::command::handled::SendResult;
use crate::command::{CommandError, Reply, Tracked};
use crate::event::StreamId;
use crate::store::{AppendError, Appended, Committed};
use crate::unit::AnyCell;

/// The runs of one command so far.
#[derive(Default)]
pub(super) struct Attempts {
    conflicts: u32,
    /// What they touched beside the command's own target, in the order of the streams.
    touched: Vec<Arc<dyn AnyCell>>,
}

/// A decision that is with the log.
pub(super) struct Decided<R> {
    pub(super) outcome: Fallible<R>,
    pub(super) handed: Handed,
    pub(super) appended: Appended,
}

/// What has to be known of a decision once the log has answered.
pub(super) struct Handed {
    pub(super) stores_nothing: bool,
    /// What it took beside the command's own target.
    pub(super) unit: Option<Box<HandedUnit>>,
}

impl Handed {
    /// True if nothing more is waited for once the log has taken it.
    pub(super) fn is_over(&self) -> bool {
        self.unit.as_ref().is_none_or(|unit| unit.afterwards.is_none())
    }
}

/// A unit of work that is with the log.
pub(super) struct HandedUnit {
    pub(super) touched: Vec<Arc<dyn AnyCell>>,
    /// What it made, and the log thought to be missing.
    pub(super) created: Vec<StreamId>,
    /// What runs once the batch is durable.
    pub(super) afterwards: Option<JoinHandle<()>>,
}

impl Attempts {
    /// True if no run has met a conflict.
    pub(super) fn is_first(&self) -> bool {
        self.touched.is_empty() && self.conflicts == 0
    }

    /// The touched aggregates that come before a stream, and those that come after it.
    pub(super) fn around(&self, own: &StreamId) -> (&[Arc<dyn AnyCell>], &[Arc<dyn AnyCell>]) {
        self.touched.split_at(self.touched.partition_point(|cell| cell.stream() < own))
    }

    /// All touched aggregates.
    pub(super) fn touched(&self) -> &[Arc<dyn AnyCell>] {
        &self.touched
    }

    fn touch(&mut self, mut touched: Vec<Arc<dyn AnyCell>>) {
        self.touched.append(&mut touched);
        self.touched.sort_by(|one, other| one.stream().cmp(other.stream()));
        self.touched.dedup_by(|one, other| one.stream() == other.stream());
    }
}

impl Journey {
    /// Waits for the log's answer; `None` means: decide again.
    pub(super) async fn end<R: Reply>(
        &self,
        decided: Decided<R>,
        own: Option<&dyn AnyCell>,
        attempts: &mut Attempts,
    ) -> Option<SendResult<R>> {
        let Decided { outcome, handed, mut appended } = decided;
        let mut committed = self.committed(&mut appended).await;
        // What most commands come to; everything else waits in a box, out of every send's future.
        if let Some(Ok(Committed { token, .. })) = &mut committed
            && handed.is_over()
        {
            let token = std::mem::take(token);
            return Some(outcome.map(|reply| Tracked { reply, token }));
        }
        Box::pin(self.conclude(committed, outcome, handed, own, attempts)).await
    }

    /// [`Journey::end`] for everything that is not over with the log's answer.
    async fn conclude<R: Reply>(
        &self,
        committed: Option<Result<Committed, AppendError>>,
        outcome: Fallible<R>,
        handed: Handed,
        own: Option<&dyn AnyCell>,
        attempts: &mut Attempts,
    ) -> Option<SendResult<R>> {
        let Some(committed) = committed else {
            return Some(Err(self.late(handed.stores_nothing)));
        };
        let (again, given_up) = match committed {
            Ok(Committed { token, .. }) => {
                if let Some(afterwards) = handed.unit.and_then(|unit| unit.afterwards) {
                    // It never panics, and nobody cancels it.
                    let _ = afterwards.await;
                }
                return Some(outcome.map(|reply| Tracked { reply, token }));
            }
            Err(AppendError::CommandStored(first)) => return Some(self.first_answer(*first)),
            // That a predecessor was undone is not its doing; its own conflicts count.
            Err(error @ AppendError::PredecessorUndone) => (false, self.append_error(error)),
            Err(AppendError::Conflict { stream, .. }) => {
                attempts.conflicts += 1;
                let unit = handed.unit.as_deref();
                let touched = unit.into_iter().flat_map(|unit| &unit.touched);
                let mut cells = own.into_iter().chain(touched.map(|cell| &**cell));
                if let Some(cell) = cells.find(|cell| *cell.stream() == stream) {
                    cell.meet_others();
                }
                (true, self.met(stream, &handed, attempts.conflicts))
            }
            Err(AppendError::ConditionFailed { position, .. }) => {
                attempts.conflicts += 1;
                let failed = CommandError::ConditionFailed {
                    command_id: self.id,
                    position,
                    attempts: attempts.conflicts,
                    has_effects: false,
                };
                (true, failed)
            }
            Err(error) => return Some(Err(self.append_error(error))),
        };
        let most = self.runtime.shared().limits.conflict_retries;
        if !self.may_repeat() || attempts.conflicts > most {
            return Some(self.told(Err(given_up)));
        }
        if let Some(unit) = handed.unit {
            attempts.touch(unit.touched);
        }
        if again {
            jitter(attempts.conflicts).await;
        }
        None
    }

    /// What a conflict is for somebody who does not decide again.
    fn met(&self, stream: StreamId, handed: &Handed, attempts: u32) -> Failure {
        let created = handed.unit.as_ref().is_some_and(|unit| unit.created.contains(&stream));
        if created && !self.may_repeat() {
            return CommandError::AlreadyExists { command_id: self.id, stream };
        }
        CommandError::Conflict { command_id: self.id, stream, attempts, has_effects: false }
    }

    /// The log's answer; `None` if the deadline passed before it came.
    pub(super) async fn committed(
        &self,
        appended: &mut Appended,
    ) -> Option<Result<Committed, AppendError>> {
        match self.deadline {
            None => Some(appended.await),
            Some(deadline) => timeout_at(deadline.into(), appended).await.ok(),
        }
    }
}
