use std::sync::{Arc, Mutex, PoisonError};
use std::thread::ThreadId;
use std::time::{Duration, Instant};

use tokio::sync::watch;

use super::{CaughtUpError, ProcessorState, Status};
use crate::event::{Partition, Position};
use crate::store::CommitToken;

/// A running projection's processor, to look at and to wait for. Cloning is cheap.
#[derive(Debug, Clone)]
pub struct ProjectionHandle {
    pub(super) status: watch::Receiver<Status>,
    // The thread of the batch that runs now, to notice a handler that waits for itself.
    pub(super) batch_thread: Arc<Mutex<Option<ThreadId>>>,
}

/// Until when to wait: an [`Instant`], or a [`Duration`] from now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Deadline(Instant);

impl From<Instant> for Deadline {
    fn from(moment: Instant) -> Self {
        Self(moment)
    }
}

impl From<Duration> for Deadline {
    fn from(within: Duration) -> Self {
        let now = Instant::now();
        // "For ever" is a day: nobody can wait longer and still call it read-your-writes.
        Self(now.checked_add(within).unwrap_or(now + Duration::from_secs(24 * 60 * 60)))
    }
}

impl ProjectionHandle {
    /// The handle of a processor that does not exist, which says so when it is used.
    pub(crate) fn absent(processor: &str) -> Self {
        let (_, status) = watch::channel(Status {
            processor: processor.to_owned(),
            version: String::new(),
            position: Position::default(),
            head: Position::default(),
            replay_until: Position::default(),
            state: ProcessorState::Absent,
        });
        Self { status, batch_thread: Arc::default() }
    }

    /// How the processor is doing.
    #[must_use]
    pub fn status(&self) -> Status {
        self.status.borrow().clone()
    }

    /// Waits until the status has changed since this handle was made or last waited.
    ///
    /// # Cancel safety
    /// Dropping the future changes nothing.
    pub async fn changed(&mut self) {
        // A processor that has ended changes no more; its last status says so.
        if self.status.changed().await.is_err() {
            std::future::pending::<()>().await;
        }
    }

    /// Waits until everything up to a commit is visible to queries.
    ///
    /// ```text
    /// let tracked = gateway.send_tracked(CreateOrder { .. }).await?;
    /// app.projection::<OrderSummary>().caught_up(&tracked.token, Duration::from_secs(5)).await?;
    /// ```
    ///
    /// # Errors
    /// `TimedOut` at the deadline; at once `Failed`, `WrongLog` or `Stopped` where waiting is in
    /// vain, and `Inside` in a handler of the processor itself.
    ///
    /// # Cancel safety
    /// Dropping the future changes nothing.
    pub async fn caught_up(
        &self,
        token: &CommitToken,
        deadline: impl Into<Deadline>,
    ) -> Result<(), CaughtUpError> {
        let foreign = token.positions().iter().map(|(partition, _)| *partition);
        if let Some(partition) = foreign.into_iter().find(|p| *p != Partition::default()) {
            let processor = self.status.borrow().processor.clone();
            return Err(CaughtUpError::UnknownPartition { processor, partition });
        }
        let wanted = token.position(Partition::default()).unwrap_or_default();
        self.reached(wanted, deadline).await
    }

    /// Waits until everything up to a position is visible to queries.
    ///
    /// # Errors
    /// Those of [`ProjectionHandle::caught_up`].
    ///
    /// # Cancel safety
    /// Dropping the future changes nothing.
    pub async fn reached(
        &self,
        wanted: Position,
        deadline: impl Into<Deadline>,
    ) -> Result<(), CaughtUpError> {
        let started = Instant::now();
        let Deadline(deadline) = deadline.into();
        if self.is_inside() {
            let processor = self.status.borrow().processor.clone();
            return Err(CaughtUpError::Inside { processor });
        }
        let mut status = self.status.clone();
        loop {
            if let Some(verdict) = verdict(&status.borrow_and_update(), wanted) {
                return verdict;
            }
            let changed = tokio::time::timeout_at(deadline.into(), status.changed()).await;
            let now = status.borrow().clone();
            match changed {
                Ok(Ok(())) => {}
                // The last status may be the one that was waited for.
                Ok(Err(_)) => {
                    let processor = now.processor.clone();
                    let stopped = Err(CaughtUpError::Stopped { processor });
                    return verdict(&now, wanted).unwrap_or(stopped);
                }
                Err(_) => {
                    return Err(CaughtUpError::TimedOut {
                        processor: now.processor,
                        position: now.position,
                        wanted,
                        waited: started.elapsed(),
                    });
                }
            }
        }
    }

    fn is_inside(&self) -> bool {
        let thread = self.batch_thread.lock().unwrap_or_else(PoisonError::into_inner);
        *thread == Some(std::thread::current().id())
    }
}

/// What there is to say without waiting on.
fn verdict(status: &Status, wanted: Position) -> Option<Result<(), CaughtUpError>> {
    let processor = status.processor.clone();
    // Positions of another log say nothing about this one.
    let counts = !matches!(status.state, ProcessorState::Absent | ProcessorState::WrongLog { .. });
    if counts && status.position >= wanted {
        return Some(Ok(()));
    }
    match &status.state {
        ProcessorState::Running => None,
        ProcessorState::Failed { reason, .. } => {
            Some(Err(CaughtUpError::Failed { processor, reason: reason.clone() }))
        }
        ProcessorState::WrongLog { reason } => {
            Some(Err(CaughtUpError::WrongLog { processor, reason: reason.clone() }))
        }
        ProcessorState::Absent => Some(Err(CaughtUpError::Absent { processor })),
        ProcessorState::Stopped => Some(Err(CaughtUpError::Stopped { processor })),
    }
}
