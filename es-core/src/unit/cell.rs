use std::sync::Arc;

use super::{AnyPlace, Place};
use crate::aggregate::{Aggregate, Cell};
use crate::event::StreamId;
use crate::future::BoxFuture;
use crate::store::EventStore;

/// An aggregate's place in the repository, whatever its type.
pub(crate) trait AnyCell: Send + Sync {
    fn stream(&self) -> &StreamId;

    /// Others changed the aggregate behind its live state.
    fn meet_others(&self);

    /// Waits for the aggregate's turn and holds it; its state is there then, unless it cannot be
    /// had, which is told to whoever asks for it.
    fn hold(self: Arc<Self>, store: Arc<dyn EventStore>) -> BoxFuture<'static, Box<dyn AnyPlace>>;
}

impl<A: Aggregate> AnyCell for Cell<A> {
    fn stream(&self) -> &StreamId {
        &self.stream
    }

    fn meet_others(&self) {
        Self::meet_others(self);
    }

    fn hold(self: Arc<Self>, store: Arc<dyn EventStore>) -> BoxFuture<'static, Box<dyn AnyPlace>> {
        Box::pin(async move {
            let mut turn = Arc::clone(&self.turn).lock_owned().await;
            self.settle(&mut turn);
            // A conflict may have come from this very copy: others changed what only the log knows.
            turn.live = None;
            let mut place = Place::<A>::default();
            // Folded from what is durable, for a barrier as for everybody. The error is met again,
            // and told, when a handler asks for the aggregate.
            let _ = place.read_live(turn, &*store, &self.stream, false).await;
            place.reread();
            Box::new(place) as Box<dyn AnyPlace>
        })
    }
}
