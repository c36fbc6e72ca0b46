//! A log in memory of which every future waits before it does its work and after it.

use async_trait::async_trait;
use es_core::store::group::GroupError;
use es_core::store::{AppendError, AppendQueue, MemoryLog, Permit};
use tokio::sync::{mpsc, oneshot};

use super::logs::{LogAround, Parts, Writer, written_by};

/// Closing it leaves the log in memory open, for whoever wants to see what is in it.
pub type WaitingLog = LogAround<Waiting>;

pub struct Waiting {
    inner: MemoryLog,
    queue: AppendQueue,
}

impl WaitingLog {
    pub fn over(inner: MemoryLog) -> Self {
        let (asking, mut asked) = mpsc::unbounded_channel::<oneshot::Sender<()>>();
        // On the test's own thread: so no batch is written within the poll that hands it over.
        tokio::spawn(async move {
            while let Some(go) = asked.recv().await {
                waits().await;
                // A writer that has ended waits for nobody.
                let _ = go.send(());
            }
        });
        let queue = written_by(Asking(asking), &inner, 4);
        Self(Waiting { inner, queue })
    }
}

/// Lets everybody else run, twice.
pub async fn waits() {
    tokio::task::yield_now().await;
    tokio::task::yield_now().await;
}

#[async_trait]
impl Parts for Waiting {
    fn inner(&self) -> MemoryLog {
        self.inner.clone()
    }

    fn queue(&self) -> Option<&AppendQueue> {
        Some(&self.queue)
    }

    async fn pause(&self) {
        waits().await;
    }

    /// Always full, so that everybody has to wait for a place.
    fn try_reserve(&self) -> Result<Permit, AppendError> {
        self.queue.try_reserve().and(Err(AppendError::Overloaded))
    }

    async fn close(&self) {
        self.queue.close().await;
    }
}

/// A writer that asks before each batch.
struct Asking(mpsc::UnboundedSender<oneshot::Sender<()>>);

impl Writer for Asking {
    fn begin(&mut self) -> Result<(), GroupError> {
        let gone = || GroupError::Unavailable { reason: "the test has ended".to_owned() };
        let (go, going) = oneshot::channel();
        self.0.send(go).map_err(|_| gone())?;
        going.blocking_recv().map_err(|_| gone())
    }
}
