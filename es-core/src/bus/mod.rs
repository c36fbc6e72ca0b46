//! The event bus: in-process subscribers that see events after their commit, in order.
//!
//! One task reads the tail of the log and hands each page to all subscribers that keep up. Its
//! channel is bounded: a subscriber that falls behind loses the page there, not the events, because
//! it goes on from the log at its own position until it has caught up again. So a slow subscriber
//! neither blocks a writer nor misses anything.
//!
//! Rejected: publishing from the writer after its commit, which forgets events when the process
//! ends in between, and never shows those of other processes.

mod subscription;
mod tail;

pub use subscription::Subscription;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::time::Instant;

use crate::event::{Lineage, Partition, Position};
use crate::store::{EventStore, Filter, ReadError};

use tail::Tail;

/// Where subscribers come from.
pub struct EventBus {
    log: Arc<dyn EventStore>,
    tail: Mutex<Tail>,
    lineages: Vec<&'static Lineage>,
}

impl EventBus {
    /// The lineages are of events that have been something else before.
    pub(crate) fn new(log: Arc<dyn EventStore>, lineages: Vec<&'static Lineage>) -> Self {
        Self { log, tail: Mutex::new(Tail::idle()), lineages }
    }

    /// Subscribes to events that are committed from now on.
    ///
    /// A filter by the name of an event finds its rows of earlier days too, under the names that
    /// they have; [`RecordedEvent::events`] reads them as events of today.
    ///
    /// [`RecordedEvent::events`]: crate::event::RecordedEvent::events
    ///
    /// # Errors
    /// The log cannot be read.
    pub async fn subscribe(&self, filter: Filter) -> Result<Subscription, ReadError> {
        let begin = self.log.head(Partition::default()).await?;
        let joined = self.tail().join(&self.log, Some(begin));
        // Asked again, so that every page beyond it is one of those that were joined.
        let position = self.log.head(Partition::default()).await?;
        Ok(Subscription::at_tail(Arc::clone(&self.log), joined, position, self.expand(filter)))
    }

    /// Subscribes to events beyond a position; 0 is the beginning of the log.
    #[must_use]
    pub fn subscribe_after(&self, position: Position, filter: Filter) -> Subscription {
        let joined = self.tail().join(&self.log, None);
        Subscription::behind(Arc::clone(&self.log), joined, position, self.expand(filter))
    }

    /// Ends every subscription: `next` gives `None` once it has given what is stored by now. False
    /// if not all of that could be given to those who wait at the tail.
    ///
    /// The log has to be open until then, but for no longer than this moment.
    pub(crate) async fn close(&self, until: Instant) -> bool {
        let mut end = *self.log.committed().borrow();
        if self.tail().is_heard() {
            // Others may have stored something that was not seen here yet.
            let head = tokio::time::timeout_at(until, self.log.head(Partition::default())).await;
            end = head.ok().and_then(Result::ok).unwrap_or(end);
        }
        let mut task = self.tail().close(end);
        tokio::time::timeout_at(until, async { while task.join_next().await.is_some() {} })
            .await
            .is_ok()
    }

    fn expand(&self, filter: Filter) -> Filter {
        filter.with_earlier_names(self.lineages.iter().copied())
    }

    fn tail(&self) -> MutexGuard<'_, Tail> {
        self.tail.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for EventBus {
    fn drop(&mut self) {
        let end = *self.log.committed().borrow();
        drop(self.tail().close(end));
    }
}
