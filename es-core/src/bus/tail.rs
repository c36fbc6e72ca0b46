use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tokio::sync::{Notify, broadcast};
use tokio::task::JoinHandle;

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
    task: Option<JoinHandle<()>>,
    closing: Arc<Closing>,
}

/// Tells the task that it is to end once it has read everything.
#[derive(Default)]
struct Closing {
    has_begun: AtomicBool,
    begins: Notify,
}

impl Tail {
    pub(super) fn idle() -> Self {
        Self { pages: Some(broadcast::channel(PAGES).0), task: None, closing: Arc::default() }
    }

    /// A receiver of the tail's pages; `None` once the bus is closed.
    pub(super) fn join(
        &mut self,
        log: &Arc<dyn EventStore>,
    ) -> Option<broadcast::Receiver<TailPage>> {
        let pages = self.pages.as_ref()?;
        let receiver = pages.subscribe();
        if self.task.as_ref().is_none_or(JoinHandle::is_finished) {
            let closing = Arc::clone(&self.closing);
            self.task = Some(tokio::spawn(follow(Arc::clone(log), pages.clone(), closing)));
        }
        Some(receiver)
    }

    /// Lets nobody join any more. The task, if there is one, ends once it has given everything that
    /// is committed by now.
    pub(super) fn close(&mut self) -> Option<JoinHandle<()>> {
        self.pages = None;
        self.closing.has_begun.store(true, Ordering::SeqCst);
        self.closing.begins.notify_one();
        self.task.take()
    }
}

async fn follow(
    log: Arc<dyn EventStore>,
    pages: broadcast::Sender<TailPage>,
    closing: Arc<Closing>,
) {
    let mut committed = log.committed();
    let mut at: Option<Position> = None;
    loop {
        let is_last = closing.has_begun.load(Ordering::SeqCst);
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
        if is_last {
            return;
        }
        tokio::select! {
            _ = tokio::time::timeout(POLL, committed.changed()) => {}
            () = closing.begins.notified() => {}
        }
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
