//! A processor: reads the log and runs the event handlers of one processing group.
//!
//! One asynchronous task reads pages from the log and hands each to a blocking thread, where the
//! batch runs from start to end in one transaction of the read side. Nothing is open while the
//! task waits: not for more events, not for its turn after a failure.
//!
//! An asynchronous handler is awaited on the batch's thread, inside that transaction, and may take
//! no longer than its time limit. The transaction locks nobody out meanwhile: engines take their
//! write lock at the first SQL written by hand, else at the commit; an event's asynchronous
//! handlers run before its plain ones; and where SQL is written by hand, an event with an
//! asynchronous handler begins a batch of its own. What such a handler does delay is its own
//! processor, whose earlier events of the batch become visible after it, and a shutdown.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use tokio::runtime::Handle;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use super::claim::claim;
use super::worker::Worker;
use super::{ProcessorError, ProcessorPlan, ProcessorState, ProjectionHandle, ReadSide, Status};
use crate::context::Resources;
use crate::store::EventStore;

/// What a processor works with.
#[derive(Clone)]
pub struct Stores {
    /// Where the events come from.
    pub log: Arc<dyn EventStore>,
    /// Where views and token go to.
    pub read_side: Arc<dyn ReadSide>,
    /// What handlers may ask for.
    pub resources: Arc<Resources>,
}

/// A running processor. Dropping it stops it after the event it is handling.
pub struct Processor {
    handle: ProjectionHandle,
    may_send: bool,
    stop: watch::Sender<bool>,
    task: Mutex<Option<JoinHandle<()>>>,
}

impl Processor {
    /// Makes its tables, checks or stores its token, and starts it.
    ///
    /// When this returns, the token is stored: a command sent afterwards is not missed.
    ///
    /// # Errors
    /// `WrongLog` if the token is of another log, `LostEvents` if this one has lost events that
    /// were read; or a store failed.
    pub async fn start(plan: ProcessorPlan, stores: Stores) -> Result<Self, ProcessorError> {
        let plan = Arc::new(plan);
        let (token, head) = claim(&plan, &stores).await?;
        let (stop, stopped) = watch::channel(false);
        let (publish, status) = watch::channel(Status {
            processor: plan.name.clone(),
            version: plan.version.to_string(),
            position: token.position,
            // Before its first look: who asks at once must not be told that nothing is left.
            head,
            replay_until: token.replay_until,
            state: ProcessorState::Running,
        });
        let may_send = plan.has_asynchronous();
        let batch_thread = Arc::default();
        let handle = ProjectionHandle { status, batch_thread: Arc::clone(&batch_thread) };
        let worker = Worker {
            views: plan.view_versions(),
            filter: plan.filter(),
            seen: token.position,
            token,
            is_claimed: true,
            plan,
            stores,
            status: publish,
            stop: stopped,
            batch_thread,
            runtime: Handle::current(),
        };
        let task = Mutex::new(Some(tokio::spawn(worker.work())));
        Ok(Self { handle, may_send, stop, task })
    }

    /// To look at it, and to wait for it.
    #[must_use]
    pub fn handle(&self) -> ProjectionHandle {
        self.handle.clone()
    }

    /// True if its handlers may send commands.
    pub(crate) fn may_send(&self) -> bool {
        self.may_send
    }

    /// Asks it to stop; what it has handled is kept.
    pub fn stop(&self) {
        self.stop.send_replace(true);
    }

    /// Asks it to stop and waits for it; false if it is still in a handler at the deadline.
    pub async fn stopped(&self, deadline: Instant) -> bool {
        self.stop();
        let task = self.task.lock().unwrap_or_else(PoisonError::into_inner).take();
        match task {
            None => true,
            Some(task) => tokio::time::timeout_at(deadline.into(), task).await.is_ok(),
        }
    }
}

impl Drop for Processor {
    fn drop(&mut self) {
        self.stop();
    }
}

/// How long to wait after the n-th failure in a row.
pub(super) fn back_off(attempts: u32) -> Duration {
    const FIRST: Duration = Duration::from_millis(20);
    const LAST: Duration = Duration::from_secs(10);
    let doubled = 2_u32.saturating_pow(attempts.saturating_sub(1).min(16));
    FIRST.saturating_mul(doubled).min(LAST)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_up_to_a_limit() {
        assert_eq!(back_off(1), Duration::from_millis(20));
        assert_eq!(back_off(2), Duration::from_millis(40));
        assert_eq!(back_off(u32::MAX), Duration::from_secs(10));
    }
}
