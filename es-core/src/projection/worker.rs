use std::sync::{Arc, Mutex, PoisonError};
use std::thread::ThreadId;
use std::time::Duration;

use tokio::runtime::Handle;
use tokio::sync::watch;

use super::batch::ViewVersions;
use super::claim::{claim, event_at, in_read_side};
use super::processor::back_off;
use super::run::{BatchEnd, Work, run};
use super::{ProcessorError, ProcessorPlan, ProcessorState, ReadSideError, Status, Stores, Token};
use crate::event::{Partition, Position};
use crate::store::{Filter, Page};

/// The most events of one batch.
const BATCH_EVENTS: usize = 512;
/// An engine wakes its readers; this is for the wake-up that was lost all the same.
const POLL: Duration = Duration::from_secs(1);
/// So many events that nobody subscribed to are passed before the token is stored.
const PASSED_UNSTORED: u64 = 1000;

/// The task of one processor: one segment, one partition.
pub(super) struct Worker {
    pub(super) plan: Arc<ProcessorPlan>,
    pub(super) stores: Stores,
    pub(super) views: ViewVersions,
    pub(super) filter: Filter,
    /// As it is stored.
    pub(super) token: Token,
    /// False from the moment the token turned out to be somebody else's until it is claimed again.
    pub(super) is_claimed: bool,
    /// Everything up to here is handled, or nobody subscribed to it.
    pub(super) seen: Position,
    pub(super) status: watch::Sender<Status>,
    pub(super) stop: watch::Receiver<bool>,
    pub(super) batch_thread: Arc<Mutex<Option<ThreadId>>>,
    pub(super) runtime: Handle,
}

/// What to do after a step.
enum Next {
    /// There may be more.
    GoOn,
    /// Everything is handled.
    Wait,
    /// Something outside any handler got in the way; it does not count as a failure at first.
    Again(String),
    /// It fails, and will again unless something changes.
    Failed(String),
    /// The token is somebody else's; look at it again.
    Reclaim,
}

/// So often in a row a step is repeated before the processor is said to fail.
const SILENT_REPEATS: u32 = 5;

impl Worker {
    /// Works until it is asked to stop.
    pub(super) async fn work(mut self) {
        let mut committed = self.stores.log.committed();
        let mut attempts = 0_u32;
        while !*self.stop.borrow() {
            // Seen before the log is read: a commit after this read wakes the wait below.
            committed.borrow_and_update();
            let next = self.step().await;
            attempts = if matches!(next, Next::GoOn | Next::Wait) { 0 } else { attempts + 1 };
            match next {
                Next::GoOn => {}
                Next::Wait => {
                    let mut stop = self.stop.clone();
                    tokio::select! {
                        _ = stop.wait_for(|stop| *stop) => {}
                        _ = tokio::time::timeout(POLL, committed.changed()) => {}
                    }
                }
                Next::Reclaim => self.reclaim(attempts).await,
                Next::Again(reason) if attempts > SILENT_REPEATS => {
                    self.fail(reason, attempts).await;
                }
                Next::Again(_) => self.pause(attempts).await,
                Next::Failed(reason) => self.fail(reason, attempts).await,
            }
        }
        self.store_passed(1).await;
        self.publish(ProcessorState::Stopped);
    }

    /// Handles one page of the log.
    async fn step(&mut self) -> Next {
        if !self.is_claimed {
            return Next::Reclaim;
        }
        let (partition, log) = (Partition::default(), Arc::clone(&self.stores.log));
        let page = match log.read(partition, self.seen, &self.filter, BATCH_EVENTS).await {
            Ok(page) => page,
            Err(error) => return Next::Failed(error.to_string()),
        };
        if page.events.is_empty() {
            self.seen = self.seen.max(page.up_to);
            self.running(page.head);
            self.store_passed(PASSED_UNSTORED).await;
            return if self.seen < page.head { Next::GoOn } else { Next::Wait };
        }
        self.handle(page).await
    }

    async fn handle(&mut self, page: Page) -> Next {
        let (up_to, head, count) = (page.up_to, page.head, page.events.len());
        let work = Work {
            plan: Arc::clone(&self.plan),
            stores: self.stores.clone(),
            views: self.views.clone(),
            from: self.token.clone(),
            events: page.events,
            stop: self.stop.clone(),
            runtime: self.runtime.clone(),
        };
        let batch_thread = Arc::clone(&self.batch_thread);
        let batch = tokio::task::spawn_blocking(move || {
            let _mark = Mark::set(&batch_thread);
            run(&work)
        });
        match batch.await {
            Ok(Ok(end)) => self.keep(end, count, up_to, head),
            Ok(Err(ReadSideError::Fenced)) => Next::Reclaim,
            Ok(Err(error @ (ReadSideError::Conflict { .. } | ReadSideError::Busy))) => {
                Next::Again(error.to_string())
            }
            Ok(Err(error)) => Next::Failed(error.to_string()),
            Err(error) => Next::Failed(error.to_string()),
        }
    }

    fn keep(&mut self, end: BatchEnd, count: usize, up_to: Position, head: Position) -> Next {
        self.token = end.token;
        if end.handled > 0 {
            self.seen = if end.handled == count { up_to } else { self.token.position };
        }
        match end.failure {
            Some(reason) => {
                self.moved(head);
                Next::Failed(reason)
            }
            None => {
                self.running(head);
                Next::GoOn
            }
        }
    }

    /// Goes on from the token as it is stored now.
    async fn reclaim(&mut self, attempts: u32) {
        self.is_claimed = false;
        match claim(&self.plan, &self.stores).await {
            Ok((token, _)) => {
                self.is_claimed = true;
                self.seen = token.position;
                self.token = token;
                self.running(self.seen);
            }
            Err(error @ (ProcessorError::WrongLog { .. } | ProcessorError::LostEvents { .. })) => {
                self.does_not_run(&error)
            }
            Err(error) => {
                self.publish(ProcessorState::Failed { reason: error.to_string(), attempts })
            }
        }
        self.pause(attempts).await;
    }

    /// Stays until the read side is reset: only a new claim ends it.
    fn does_not_run(&self, error: &ProcessorError) {
        let state = ProcessorState::WrongLog { reason: error.to_string() };
        // Said once, not with every look at whether it was reset.
        if self.status.borrow().state != state {
            tracing::error!(processor = self.plan.name, %error, "the processor does not run");
            self.publish(state);
        }
    }

    async fn fail(&self, reason: String, attempts: u32) {
        tracing::warn!(processor = self.plan.name, attempts, reason, "the processor tries again");
        self.publish(ProcessorState::Failed { reason, attempts });
        self.pause(attempts).await;
    }

    async fn pause(&self, attempts: u32) {
        let mut stop = self.stop.clone();
        let _ = tokio::time::timeout(back_off(attempts), stop.wait_for(|stop| *stop)).await;
    }

    /// Stores the token when at least `least` positions were passed without an event of ours.
    ///
    /// Not after each: it would be a transaction per event that does not concern this processor.
    /// What is lost by a crash is looked at again.
    async fn store_passed(&mut self, least: u64) {
        if !self.is_claimed || self.seen.0.saturating_sub(self.token.position.0) < least {
            return;
        }
        let Ok(event) = event_at(&*self.stores.log, self.seen).await else {
            return;
        };
        let (from, token) =
            (self.token.clone(), Token { position: self.seen, event, ..self.token.clone() });
        let moved = token.clone();
        let stored = in_read_side(&self.plan, &self.stores, move |plan, read_side| {
            let mut transaction = read_side.begin(&plan.version)?;
            transaction.store_token(&plan.token_key(), Some(&from), &token)?;
            transaction.commit()
        });
        // If it failed, the next batch meets the reason and deals with it.
        if stored.await.is_ok() {
            self.token = moved;
        }
    }

    fn publish(&self, state: ProcessorState) {
        self.status.send_modify(|status| status.state = state);
    }

    fn moved(&self, head: Position) {
        let (position, replay_until) = (self.seen, self.token.replay_until);
        self.status.send_modify(|status| {
            status.position = position;
            status.head = head.max(position);
            status.replay_until = replay_until;
        });
    }

    fn running(&self, head: Position) {
        self.moved(head);
        self.publish(ProcessorState::Running);
    }
}

/// Names the thread of the batch while it runs; also a panic ends that.
struct Mark<'a>(&'a Mutex<Option<ThreadId>>);

impl<'a> Mark<'a> {
    fn set(batch_thread: &'a Mutex<Option<ThreadId>>) -> Self {
        let mark = Self(batch_thread);
        mark.write(Some(std::thread::current().id()));
        mark
    }

    fn write(&self, thread: Option<ThreadId>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = thread;
    }
}

impl Drop for Mark<'_> {
    fn drop(&mut self) {
        self.write(None);
    }
}
