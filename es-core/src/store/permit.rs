use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use tokio::sync::oneshot;

use super::queue::Place;
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

/// An engine that judges and stores a batch on the spot; what it stores it takes out of the batch.
pub type DirectAppend = dyn Fn(&mut Append) -> Result<Committed, AppendError> + Send + Sync;

/// A reserved place in the log's queue. Dropping it gives the place back.
#[derive(Debug)]
pub struct Permit(Inner);

enum Inner {
    Queue(Place),
    Direct(Arc<DirectAppend>),
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
    pub fn direct(append: Arc<DirectAppend>) -> Self {
        Self(Inner::Direct(append))
    }

    pub(super) fn queue(place: Place) -> Self {
        Self(Inner::Queue(place))
    }

    /// Hands the batch over, at once and without awaiting; the answer comes later.
    ///
    /// # Cancel safety
    /// From here on the batch is stored or refused whatever becomes of the returned future.
    pub fn append(self, mut batch: Append) -> Appended {
        match self.0 {
            Inner::Queue(place) => place.send(batch),
            Inner::Direct(append) => {
                let result = append(&mut batch);
                settle(&batch.fate, &result);
                Appended::ready(result)
            }
        }
    }
}

/// Sets a batch's fate from its answer.
pub(super) fn settle(fate: &super::BatchFate, result: &Result<Committed, AppendError>) {
    match result {
        Ok(_) => fate.commit(),
        Err(AppendError::OutcomeUnknown { .. }) => fate.doubt(),
        Err(_) => fate.undo(),
    }
}

/// The answer to an append: resolves when the batch is durable, or refused.
#[derive(Debug)]
#[must_use = "the batch is on its way; only the answer tells whether it was stored"]
pub enum Appended {
    /// Answered already.
    Ready(Option<Result<Committed, AppendError>>),
    /// With the writer.
    Queued(oneshot::Receiver<Result<Committed, AppendError>>),
}

impl Appended {
    /// An answer that is there already.
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
