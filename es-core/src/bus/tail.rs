use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{broadcast, watch};
use tokio::task::JoinSet;

use crate::event::{Partition, Position, RecordedEvent};
use crate::store::{EventStore, Filter, ReadError};

/// So many pages wait for a subscriber before it has to read the log itself.
const PAGES: usize = 64;
/// The most events of one page.
const PAGE_EVENTS: usize = 256;
/// An engine wakes its readers; this is for the wake-up that was lost all the same.
const POLL: Duration = Duration::from_secs(1);
/// A shutdown waits, so it is tried again sooner.
const POLL_AT_END: Duration = Duration::from_millis(20);

/// A part of the log's tail, as subscribers get it.
#[derive(Debug, Clone)]
pub(super) struct TailPage {
    /// The position that the page begins behind.
    pub(super) after: Position,
    /// Everything up to here is in it.
    pub(super) up_to: Position,
    pub(super) events: Arc<[RecordedEvent]>,
}

impl TailPage {
    /// Tells that everything up to here has to be read in the log.
    fn empty_at(position: Position) -> Self {
        Self { after: position, up_to: position, events: Arc::default() }
    }
}

/// The task that reads the tail, as long as somebody is subscribed.
pub(super) struct Tail {
    pages: Option<broadcast::Sender<TailPage>>,
    task: JoinSet<()>,
    /// Where it ends, once that is known.
    end: watch::Sender<Option<Position>>,
}

/// What a subscriber gets of the tail.
pub(super) struct Joined {
    /// Every page from the moment of joining on; `None` if the bus was closed before.
    pub(super) pages: Option<broadcast::Receiver<TailPage>>,
    /// Everything up to here had its turn to be in the pages when they end.
    pub(super) end: watch::Receiver<Option<Position>>,
}

impl Tail {
    pub(super) fn idle() -> Self {
        let pages = Some(broadcast::channel(PAGES).0);
        Self { pages, task: JoinSet::new(), end: watch::Sender::new(None) }
    }

    /// Joins the tail. If it begins with this, it does so at this position, to which the log is
    /// committed, or at the head.
    pub(super) fn join(&mut self, log: &Arc<dyn EventStore>, begin: Option<Position>) -> Joined {
        let end = self.end.subscribe();
        let Some(pages) = &self.pages else {
            return Joined { pages: None, end };
        };
        // One that failed has ended as well.
        while self.task.try_join_next().is_some() {}
        let receiver = pages.subscribe();
        // Asked with this one counted: where nobody else is there, the task may be about to end.
        let is_followed = pages.receiver_count() > 1 && !self.task.is_empty();
        if !is_followed {
            self.task.abort_all();
            self.task.spawn(follow(Arc::clone(log), pages.clone(), begin, end.clone()));
        }
        Joined { pages: Some(receiver), end }
    }

    /// Whether somebody is subscribed.
    pub(super) fn is_heard(&self) -> bool {
        self.pages.as_ref().is_some_and(|pages| pages.receiver_count() > 0)
    }

    /// Lets nobody join any more. The task ends once it has given everything up to the end, or when
    /// it is dropped.
    pub(super) fn close(&mut self, end: Position) -> JoinSet<()> {
        // Told before the pages end, as they do here where nobody sends any.
        self.end.send_replace(Some(end));
        self.pages = None;
        std::mem::take(&mut self.task)
    }
}

async fn follow(
    log: Arc<dyn EventStore>,
    pages: broadcast::Sender<TailPage>,
    begin: Option<Position>,
    mut end: watch::Receiver<Option<Position>>,
) {
    let mut committed = log.committed();
    let mut at = match begin {
        Some(begin) => begin,
        // What was seen here may lie far behind what others have stored.
        None => log.head(Partition::default()).await.unwrap_or(*committed.borrow()),
    };
    // Tells where it begins, so that nobody waits for what lies before.
    let _ = pages.send(TailPage::empty_at(at));
    let mut is_failing = false;
    while pages.receiver_count() > 0 && end.borrow_and_update().is_none_or(|end| at < end) {
        committed.borrow_and_update();
        let read = log.read(Partition::default(), at, &Filter::all(), PAGE_EVENTS).await;
        let was_failing = std::mem::replace(&mut is_failing, read.is_err());
        match read {
            Ok(page) if page.up_to > at => {
                // Nobody listening any more is fine.
                let _ = pages.send(TailPage {
                    after: at,
                    up_to: page.up_to,
                    events: page.events.into(),
                });
                at = page.up_to;
                continue;
            }
            Ok(_) => {}
            Err(ReadError::Closed) => {
                // Whoever gets this looks into the log himself, and is told the same.
                let _ = pages.send(TailPage::empty_at(Position(u64::MAX)));
                return;
            }
            Err(error) if !was_failing => {
                tracing::warn!(%error, "the event bus cannot read the log; it is tried again");
            }
            Err(_) => {}
        }
        let poll = if end.borrow().is_some() { POLL_AT_END } else { POLL };
        tokio::select! {
            _ = tokio::time::timeout(poll, committed.changed()) => {}
            _ = end.changed() => {}
        }
    }
}
