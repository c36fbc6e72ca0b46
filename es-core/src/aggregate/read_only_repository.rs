use std::marker::PhantomData;
use std::sync::Arc;

use super::replay::{Until, fold_until};
use super::{Aggregate, AggregateId, History, LoadError, Replayed};
use crate::event::{Sequence, StreamId, Tenant, Timestamp};
use crate::store::EventStore;

/// Reads aggregates of one type from the log, as they are or as they were.
///
/// What it gives is folded for the caller alone, from durable events only; commands work on the
/// live aggregates instead.
///
/// # Cancel safety
/// Dropping the future of a load changes nothing.
pub struct ReadOnlyRepository<A> {
    store: Arc<dyn EventStore>,
    tenant: Tenant,
    aggregate: PhantomData<fn() -> A>,
}

impl<A> Clone for ReadOnlyRepository<A> {
    fn clone(&self) -> Self {
        Self { store: Arc::clone(&self.store), tenant: self.tenant.clone(), aggregate: PhantomData }
    }
}

impl<A: Aggregate> ReadOnlyRepository<A> {
    pub(crate) fn new(store: Arc<dyn EventStore>) -> Self {
        Self { store, tenant: Tenant::default(), aggregate: PhantomData }
    }

    /// Reads another tenant's aggregates.
    #[must_use]
    pub fn tenant(mut self, tenant: Tenant) -> Self {
        self.tenant = tenant;
        self
    }

    /// Loads the present state.
    ///
    /// # Errors
    /// `NotFound`, `Deleted`, or what cannot be read or folded.
    pub async fn load(&self, id: &A::Id) -> Result<Replayed<A>, LoadError> {
        let stream = self.stream(id)?;
        let replayed = self.until(&stream, Until::End).await?;
        if replayed.is_deleted { Err(LoadError::Deleted { stream }) } else { Ok(replayed) }
    }

    /// Loads the state right after the event with this sequence, or the last one before it.
    ///
    /// # Errors
    /// `NotFound` if there was no such aggregate, or what cannot be read or folded.
    pub async fn load_at(&self, id: &A::Id, sequence: Sequence) -> Result<Replayed<A>, LoadError> {
        self.until(&self.stream(id)?, Until::Sequence(sequence)).await
    }

    /// Loads the state of a moment: all events recorded then or earlier.
    ///
    /// # Errors
    /// `NotFound` if there was no such aggregate yet, or what cannot be read or folded.
    pub async fn load_as_of(
        &self,
        id: &A::Id,
        moment: Timestamp,
    ) -> Result<Replayed<A>, LoadError> {
        self.until(&self.stream(id)?, Until::Moment(moment)).await
    }

    /// Goes through the aggregate's events, each with the state after it.
    ///
    /// # Errors
    /// The id cannot be stored. That the aggregate does not exist is told by the first step.
    pub fn history(&self, id: &A::Id) -> Result<History<A>, LoadError> {
        Ok(History::new(Arc::clone(&self.store), self.stream(id)?))
    }

    fn stream(&self, id: &A::Id) -> Result<StreamId, LoadError> {
        Ok(StreamId::new(&self.tenant, A::NAME, &id.to_text())?)
    }

    async fn until(&self, stream: &StreamId, until: Until) -> Result<Replayed<A>, LoadError> {
        fold_until(&*self.store, stream, until).await?.replayed(stream)
    }
}
