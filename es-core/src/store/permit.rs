use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Instant;

use tokio::sync::{mpsc, oneshot};

use super::{Append, AppendError, CommitToken};
use crate::event::{Position, Timestamp};

/// What the log answers when a batch is durable.
#[derive(Debug, Clone)]
pub struct Committed {
    /// Where the events went; empty if there were none.
    pub token: CommitToken,
    /// The position of the first event, if there was one.
    pub first: Option<Position>,
    /// When the events were recorded.
    pub recorded_at: Option<Timestamp>,
}

impl Committed {
    /// The answer to a batch that stored nothing.
    #[must_use]
    pub fn nothing() -> Self {
        Self { token: CommitToken::default(), first: None, recorded_at: None }
    }
}

/// A batch in a writer's queue, with the way back to whoever waits for it.
#[derive(Debug)]
pub struct QueuedAppend {
    /// The batch.
    pub batch: Append,
    answer: oneshot::Sender<Result<Committed, AppendError>>,
}

impl QueuedAppend {
    /// Sets the batch's fate and answers. Nobody listening is fine.
    pub fn answer(self, result: Result<Committed, AppendError>) {
        match &result {
            Ok(_) => self.batch.fate.commit(),
            Err(_) => self.batch.fate.undo(),
        }
        let _ = self.answer.send(result);
    }
}

/// The bounded queue between commands and a log's one writer.
#[derive(Debug, Clone)]
pub struct AppendQueue(mpsc::Sender<QueuedAppend>);

impl AppendQueue {
    /// Makes a queue with room for `capacity` batches, and its other end.
    #[must_use]
    pub fn bounded(capacity: usize) -> (Self, mpsc::Receiver<QueuedAppend>) {
        let (sender, receiver) = mpsc::channel(capacity.max(1));
        (Self(sender), receiver)
    }

    /// Takes a place, waiting for one until the deadline.
    ///
    /// # Errors
    /// `Overloaded` when none was free in time, `Closed` when the writer has ended.
    pub async fn reserve(&self, deadline: Option<Instant>) -> Result<Permit, AppendError> {
        if let Ok(permit) = self.0.clone().try_reserve_owned() {
            return Ok(Permit(Inner::Queue(permit)));
        }
        let reserve = self.0.clone().reserve_owned();
        let permit = match deadline {
            None => reserve.await,
            Some(deadline) => tokio::time::timeout_at(deadline.into(), reserve)
                .await
                .map_err(|_| AppendError::Overloaded)?,
        };
        permit.map(|permit| Permit(Inner::Queue(permit))).map_err(|_| AppendError::Closed)
    }
}

/// A reserved place in the log's queue. Dropping it gives the place back.
#[derive(Debug)]
pub struct Permit(Inner);

enum Inner {
    Queue(mpsc::OwnedPermit<QueuedAppend>),
    Direct(Arc<dyn Fn(Append) -> Result<Committed, AppendError> + Send + Sync>),
}

impl std::fmt::Debug for Inner {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Queue(_) => "Queue",
            Self::Direct(_) => "Direct",
        })
    }
}

impl Permit {
    /// A permit of an engine that judges and stores a batch on the spot.
    pub fn direct(
        append: Arc<dyn Fn(Append) -> Result<Committed, AppendError> + Send + Sync>,
    ) -> Self {
        Self(Inner::Direct(append))
    }

    /// Hands the batch over, at once and without awaiting; the answer comes later.
    ///
    /// # Cancel safety
    /// From here on the batch is stored or refused whatever becomes of the returned future.
    pub fn append(self, batch: Append) -> Appended {
        match self.0 {
            Inner::Queue(permit) => {
                let (answer, receiver) = oneshot::channel();
                permit.send(QueuedAppend { batch, answer });
                Appended::Queued(receiver)
            }
            Inner::Direct(append) => {
                let fate = batch.fate.clone();
                let result = append(batch);
                match &result {
                    Ok(_) => fate.commit(),
                    Err(_) => fate.undo(),
                }
                Appended::ready(result)
            }
        }
    }
}

/// The answer to an append: resolves when the batch is durable, or refused.
#[derive(Debug)]
pub enum Appended {
    /// Answered already.
    Ready(Option<Result<Committed, AppendError>>),
    /// With the writer.
    Queued(oneshot::Receiver<Result<Committed, AppendError>>),
}

impl Appended {
    /// An answer that is there already.
    #[must_use]
    pub fn ready(result: Result<Committed, AppendError>) -> Self {
        Self::Ready(Some(result))
    }
}

impl Future for Appended {
    type Output = Result<Committed, AppendError>;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        Poll::Ready(match self.get_mut() {
            Self::Ready(result) => result.take().unwrap_or_else(|| unknown("it was asked twice")),
            Self::Queued(receiver) => ready!(Pin::new(receiver).poll(context))
                .unwrap_or_else(|_| unknown("the log's writer ended without an answer")),
        })
    }
}

fn unknown(reason: &str) -> Result<Committed, AppendError> {
    Err(AppendError::OutcomeUnknown { reason: reason.to_owned() })
}
