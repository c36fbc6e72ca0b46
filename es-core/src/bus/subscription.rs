use std::collections::VecDeque;
use std::sync::Arc;

use tokio::sync::broadcast::error::RecvError;
use tokio::sync::{broadcast, watch};

use super::tail::{Joined, TailPage};
use crate::event::{Partition, Position, RecordedEvent};
use crate::store::{EventStore, Filter, ReadError};

/// The most events read from the log at once.
const PAGE_EVENTS: usize = 256;

/// Committed events, in order, each once. Nothing is skipped, however slowly they are taken.
pub struct Subscription {
    log: Arc<dyn EventStore>,
    pages: Option<broadcast::Receiver<TailPage>>,
    end: watch::Receiver<Option<Position>>,
    filter: Filter,
    position: Position,
    // False while events before the tail may be missing; they are read from the log then.
    is_caught_up: bool,
    waiting: VecDeque<RecordedEvent>,
}

impl Subscription {
    /// From a position to which the tail had not come when it was joined.
    pub(super) fn at_tail(
        log: Arc<dyn EventStore>,
        joined: Joined,
        position: Position,
        filter: Filter,
    ) -> Self {
        Self { is_caught_up: true, ..Self::behind(log, joined, position, filter) }
    }

    /// From any position.
    pub(super) fn behind(
        log: Arc<dyn EventStore>,
        joined: Joined,
        position: Position,
        filter: Filter,
    ) -> Self {
        let Joined { pages, end } = joined;
        Self { log, pages, end, filter, position, is_caught_up: false, waiting: VecDeque::new() }
    }

    /// Waits for the next event; `None` when the application has shut down.
    ///
    /// Whoever keeps up has got by then everything that was stored before the shutdown, or gets it
    /// afterwards.
    ///
    /// # Errors
    /// The log cannot be read; the next call tries again at the same place. `Closed`, and then the
    /// end, for whoever was so far behind at the shutdown that events are missing, or has to read
    /// them in the log because of a filter by tag: subscribe after the last event's position in the
    /// next application.
    ///
    /// # Cancel safety
    /// Dropping the future loses no event.
    pub async fn next(&mut self) -> Result<Option<RecordedEvent>, ReadError> {
        loop {
            if let Some(event) = self.waiting.pop_front() {
                return Ok(Some(event));
            }
            if !self.is_caught_up && !self.is_at_end() {
                let read = self.read_log().await;
                if let Err(ReadError::Closed) = read {
                    (self.pages, self.is_caught_up) = (None, true);
                }
                read?;
                continue;
            }
            let Some(pages) = &mut self.pages else {
                return Ok(None);
            };
            match pages.recv().await {
                Ok(page) => self.take(&page),
                // The channel is bounded; what it dropped is in the log.
                Err(RecvError::Lagged(_)) => self.is_caught_up = false,
                Err(RecvError::Closed) => {
                    self.pages = None;
                    // Not all of it was in the pages.
                    self.is_caught_up = false;
                }
            }
        }
    }

    /// Whether everything that was stored before a shutdown has had its turn.
    fn is_at_end(&self) -> bool {
        self.end.borrow().is_some_and(|end| self.position >= end)
    }

    async fn read_log(&mut self) -> Result<(), ReadError> {
        let partition = Partition::default();
        let page = self.log.read(partition, self.position, &self.filter, PAGE_EVENTS).await?;
        self.position = self.position.max(page.up_to);
        self.is_caught_up = self.position >= page.head;
        self.waiting.extend(page.events);
        Ok(())
    }

    fn take(&mut self, page: &TailPage) {
        if page.up_to <= self.position {
            return;
        }
        // Rows do not carry their tags, so a filter by tags needs the log's own index.
        if page.after > self.position || !self.filter.tags.is_empty() {
            self.is_caught_up = false;
            return;
        }
        let beyond = self.position;
        let wanted = page.events.iter().filter(|event| {
            event.position > beyond
                && (self.filter.names.is_empty()
                    || self.filter.names.iter().any(|name| **name == *event.name))
                && self.filter.tenant.as_ref().is_none_or(|tenant| *tenant == event.tenant)
        });
        self.waiting.extend(wanted.cloned());
        self.position = page.up_to;
    }
}
