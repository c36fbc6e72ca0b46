use std::sync::Arc;
use std::time::Duration;

use tokio::sync::broadcast;
use tokio::task::AbortHandle;

use crate::event::{Partition, Position, RecordedEvent};
use crate::store::{EventStore, Filter, ReadError};

/// So many pages wait for a subscriber before it has to read the log itself.
const PAGES: usize = 64;
/// The most events of one page.
const PAGE_EVENTS: usize = 256;
/// An engine wakes its readers; this is for the wake-up that was lost all the same.
const POLL: Duration = Duration::from_secs(1);

/// A part of the log's tail, as subscribers get it.
#[derive(Debug, Clone)]
pub(super) struct TailPage {
    /// The position that the page begins behind.
    pub(super) after: Position,
    /// Everything up to here is in it.
    pub(super) up_to: Position,
    pub(super) events: Arc<[RecordedEvent]>,
}

/// The task that reads the tail, from the first subscription on.
pub(super) struct Tail {
    pages: Option<broadcast::Sender<TailPage>>,
    task: Option<AbortHandle>,
}

impl Tail {
    pub(super) fn idle() -> Self {
        Self { pages: Some(broadcast::channel(PAGES).0), task: None }
    }

    /// A receiver of the tail's pages; `None` once the bus is closed.
    pub(super) fn join(
        &mut self,
        log: &Arc<dyn EventStore>,
    ) -> Option<broadcast::Receiver<TailPage>> {
        let pages = self.pages.as_ref()?;
        let receiver = pages.subscribe();
        if self.task.as_ref().is_none_or(AbortHandle::is_finished) {
            let task = tokio::spawn(follow(Arc::clone(log), pages.clone()));
            self.task = Some(task.abort_handle());
        }
        Some(receiver)
    }

    pub(super) fn close(&mut self) {
        self.pages = None;
        if let Some(task) = self.task.take() {
            task.abort();
        }
    }
}

async fn follow(log: Arc<dyn EventStore>, pages: broadcast::Sender<TailPage>) {
    let mut committed = log.committed();
    let mut at: Option<Position> = None;
    loop {
        committed.borrow_and_update();
        if pages.receiver_count() == 0 {
            // Nobody has to see what is committed now; the next subscriber reads it from the log.
            at = None;
        } else {
            match read(&*log, at).await {
                Ok(page) => {
                    let is_news = at != Some(page.up_to);
                    at = Some(page.up_to);
                    if is_news {
                        // Nobody listening any more is fine. The first page may be empty: it tells
                        // where the tail begins, so that nobody waits for what lies before.
                        let _ = pages.send(page);
                        continue;
                    }
                }
                // Subscribers meet the same error when they read the log themselves.
                Err(error) => tracing::warn!(%error, "the event bus cannot read the log"),
            }
        }
        let _ = tokio::time::timeout(POLL, committed.changed()).await;
    }
}

async fn read(log: &dyn EventStore, at: Option<Position>) -> Result<TailPage, ReadError> {
    let partition = Partition::default();
    let after = match at {
        Some(position) => position,
        None => log.head(partition).await?,
    };
    let page = log.read(partition, after, &Filter::all(), PAGE_EVENTS).await?;
    Ok(TailPage { after, up_to: page.up_to.max(after), events: page.events.into() })
}
