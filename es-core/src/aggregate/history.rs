use std::collections::VecDeque;
use std::marker::PhantomData;
use std::ops::ControlFlow;
use std::sync::Arc;

use super::replay::Folded;
use super::{Aggregate, LoadError, decode_stored};
use crate::event::{RecordedEvent, Sequence, StreamId};
use crate::store::EventStore;

/// An aggregate's stored events one by one, each with the state after it.
///
/// It lends: a [`Step`] borrows the state, so the aggregate needs no `Clone`, and the next step can
/// be asked for only when the last one is done with.
pub struct History<A> {
    store: Arc<dyn EventStore>,
    stream: StreamId,
    folded: Folded<A>,
    page: VecDeque<RecordedEvent>,
    at_end: bool,
    current: Option<RecordedEvent>,
    aggregate: PhantomData<fn() -> A>,
}

/// One stored event of a [`History`], and the state it led to.
pub struct Step<'a, A: Aggregate> {
    /// The event's number in the history, from 0.
    pub sequence: Sequence,
    /// The event as it is stored.
    pub recorded: &'a RecordedEvent,
    /// The event, decoded: usually one. An earlier event may have become several or none, and none
    /// is left of a name listed in `#[aggregate(ignore(..))]`.
    pub events: Vec<A::Event>,
    /// The state after it.
    pub state: &'a A,
}

// Long histories are read in parts; a page is what is held in memory at a time.
const PAGE_EVENTS: usize = 256;

impl<A: Aggregate> History<A> {
    pub(super) fn new(store: Arc<dyn EventStore>, stream: StreamId) -> Self {
        Self {
            store,
            stream,
            folded: Folded::default(),
            page: VecDeque::new(),
            at_end: false,
            current: None,
            aggregate: PhantomData,
        }
    }

    /// Goes on to the next event; `None` after the last one. Events before the first state, which
    /// can only be such as are read as nothing today, are passed over.
    ///
    /// # Errors
    /// `NotFound` at the first step if there is no such aggregate; otherwise what cannot be read or
    /// folded.
    ///
    /// # Cancel safety
    /// Dropping the future loses nothing; the next call goes on where this one was.
    pub async fn next(&mut self) -> Result<Option<Step<'_, A>>, LoadError> {
        let sequence = loop {
            if self.page.is_empty() && !self.at_end {
                self.read_page().await?;
            }
            let Some(event) = self.page.pop_front() else {
                return match self.folded.slot.get() {
                    None => Err(LoadError::NotFound { stream: self.stream.clone() }),
                    Some(_) => Ok(None),
                };
            };
            let sequence = self.folded.take(&event)?;
            self.current = Some(event);
            if self.folded.slot.get().is_some() {
                break sequence;
            }
        };
        match (&self.current, self.folded.slot.get()) {
            (Some(recorded), Some(state)) => {
                let events = decode_stored::<A>(recorded)?;
                Ok(Some(Step { sequence, recorded, events, state }))
            }
            _ => Err(LoadError::NotFound { stream: self.stream.clone() }),
        }
    }

    async fn read_page(&mut self) -> Result<(), LoadError> {
        let mut page = VecDeque::new();
        let mut visit = |event: &RecordedEvent| {
            page.push_back(event.clone());
            if page.len() < PAGE_EVENTS {
                ControlFlow::Continue(())
            } else {
                ControlFlow::Break(())
            }
        };
        self.store.read_stream(&self.stream, self.folded.next(), &mut visit).await?;
        self.at_end = page.len() < PAGE_EVENTS;
        self.page = page;
        Ok(())
    }
}
