//! A log in memory with others who meddle: right after a boundary was sourced, they append.

use std::future::Future;
use std::pin::pin;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Waker};

use async_trait::async_trait;
use es_core::event::{Codec, Event, EventId, Metadata, Tags, Tenant};
use es_core::store::{
    Append, AppendError, Capabilities, Committed, Criteria, EventStore, Marker, MemoryLog,
    NewEvent, Permit, ReadError, Visit,
};

use super::logs::{LogAround, Parts};

/// The log that the application uses.
pub type MeddledLog = LogAround<Meddled>;

#[derive(Default)]
pub struct Meddled {
    inner: MemoryLog,
    meddling: Mutex<Vec<(usize, Append)>>,
    sourced: AtomicUsize,
    forgets_conditions: AtomicBool,
    can_little: AtomicBool,
}

impl MeddledLog {
    pub fn new() -> Arc<Self> {
        Arc::default()
    }

    /// Appends this event once, right after the next boundary was sourced.
    pub fn meddle<E: Event>(&self, event: &E) {
        self.meddle_after(1, event);
    }

    /// Appends this event once, right after so many more boundaries were sourced.
    pub fn meddle_after<E: Event>(&self, sourced: usize, event: &E) {
        let batch = batch(event, Tenant::default());
        self.meddling.lock().unwrap().push((self.sourced() + sourced, batch));
    }

    /// Appends an event now, in the name of a tenant.
    pub async fn append<E: Event>(&self, event: &E, tenant: Tenant) {
        self.inner.reserve(None).await.unwrap().append(batch(event, tenant)).await.unwrap();
    }

    /// How many boundaries were sourced.
    pub fn sourced(&self) -> usize {
        self.sourced.load(Ordering::SeqCst)
    }

    /// Judges no conditions from now on: the bug that the races must find.
    pub fn forget_conditions(&self) {
        self.forgets_conditions.store(true, Ordering::SeqCst);
    }

    /// Says that it can do neither conditions nor several streams.
    pub fn can_little(self: Arc<Self>) -> Arc<Self> {
        self.can_little.store(true, Ordering::SeqCst);
        self
    }
}

/// An event without a stream in a batch of its own.
fn batch<E: Event>(event: &E, tenant: Tenant) -> Append {
    let mut tags = Tags::default();
    event.tags(&mut tags);
    let mut payload = Vec::new();
    E::Codec::encode(event, &mut payload).unwrap();
    let event = NewEvent {
        id: EventId::generate(),
        stream: None,
        name: E::NAME.into(),
        revision: E::REVISION,
        payload: payload.into(),
        metadata: Metadata::new(),
        tags: tags.into_vec(),
    };
    Append { tenant, events: vec![event], ..Append::default() }
}

/// The log in memory answers on the spot.
fn at_once(
    appended: impl Future<Output = Result<Committed, AppendError>>,
) -> Result<Committed, AppendError> {
    match pin!(appended).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(answer) => answer,
        Poll::Pending => panic!("the log in memory keeps nobody waiting"),
    }
}

#[async_trait]
impl Parts for Meddled {
    fn inner(&self) -> MemoryLog {
        self.inner.clone()
    }

    fn capabilities(&self) -> Capabilities {
        let can = !self.can_little.load(Ordering::SeqCst);
        let all = self.inner.capabilities();
        Capabilities { multi_stream_appends: can, tag_conditions: can, ..all }
    }

    fn permit(&self, permit: Permit) -> Permit {
        if !self.forgets_conditions.load(Ordering::SeqCst) {
            return permit;
        }
        drop(permit);
        let inner = self.inner.clone();
        Permit::direct(Arc::new(move |batch| {
            batch.conditions.clear();
            let permit = inner.try_reserve()?;
            at_once(permit.append(std::mem::take(batch)))
        }))
    }

    async fn source(
        &self,
        tenant: &Tenant,
        criteria: &Criteria,
        after: Marker,
        visit: &mut Visit<'_>,
    ) -> Result<Marker, ReadError> {
        let sourced = self.sourced.fetch_add(1, Ordering::SeqCst) + 1;
        let marker = self.inner.source(tenant, criteria, after, visit).await?;
        let due: Vec<_> =
            self.meddling.lock().unwrap().extract_if(.., |(at, _)| *at <= sourced).collect();
        for (_, batch) in due {
            self.inner.reserve(None).await.unwrap().append(batch).await.unwrap();
        }
        Ok(marker)
    }
}
