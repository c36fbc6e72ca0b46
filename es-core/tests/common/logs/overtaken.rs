//! A log that lets others be quicker: something happens just before a stream is read.

use std::sync::Mutex;

use async_trait::async_trait;
use es_core::event::{Sequence, StreamId};
use es_core::future::BoxFuture;
use es_core::store::{EventStore, MemoryLog, ReadError, StreamVersion, Visit};

use super::{LogAround, Parts};

/// The log that the application uses.
pub type OvertakenLog = LogAround<Overtaken>;

#[derive(Default)]
pub struct Overtaken {
    pub inner: MemoryLog,
    before: Mutex<Option<BoxFuture<'static, ()>>>,
}

impl Overtaken {
    /// Lets something happen before the next stream is read.
    pub fn before_the_next_read(&self, something: impl Future<Output = ()> + Send + 'static) {
        *self.before.lock().expect("nobody panics") = Some(Box::pin(something));
    }
}

#[async_trait]
impl Parts for Overtaken {
    fn inner(&self) -> MemoryLog {
        self.inner.clone()
    }

    async fn read_stream(
        &self,
        stream: &StreamId,
        from: Sequence,
        visit: &mut Visit<'_>,
    ) -> Result<StreamVersion, ReadError> {
        let before = self.before.lock().expect("nobody panics").take();
        if let Some(something) = before {
            something.await;
        }
        self.inner.read_stream(stream, from, visit).await
    }
}
