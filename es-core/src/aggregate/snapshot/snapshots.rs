use std::collections::VecDeque;
use std::sync::Arc;

use super::SnapshotPolicy;
use super::load::Load;
use super::take::take_by;
use crate::aggregate::replay::{Folded, Until};
use crate::aggregate::{Aggregate, InFlight, Live, LoadError};
use crate::event::StreamId;
use crate::future::BoxFuture;
use crate::store::{Append, EventStore};

/// What an aggregate that has snapshots does about them.
// Pointers in a constant: what they lead to is compiled for those aggregates only that have some.
pub(crate) struct Snapshots<A> {
    policy: SnapshotPolicy<A>,
    load: Loads<A>,
    take_when_due: Takes<A>,
}

type Loading<'a, A> = BoxFuture<'a, Result<Folded<A>, LoadError>>;

type Loads<A> = for<'a> fn(
    SnapshotPolicy<A>,
    &'a dyn EventStore,
    &'a StreamId,
    Until,
    takes_snapshots: bool,
) -> Loading<'a, A>;

type Takes<A> =
    fn(&SnapshotPolicy<A>, &Arc<dyn EventStore>, &StreamId, &VecDeque<InFlight>, &Live<A>, &Append);

impl<A: Aggregate> Snapshots<A> {
    /// `None` for an aggregate without snapshots.
    pub(crate) const OF: Option<Self> = match A::SNAPSHOTS {
        Some(policy) => Some(Self {
            policy,
            load: |policy, store, stream, until, takes_snapshots| {
                Box::pin(Load::new(policy, store, stream, until, takes_snapshots).run())
            },
            take_when_due: take_by,
        }),
        None => None,
    };

    /// Folds a stream from its snapshot on, and takes one where that is due.
    pub(in crate::aggregate) fn load_for_commands<'a>(
        self,
        store: &'a dyn EventStore,
        stream: &'a StreamId,
    ) -> Loading<'a, A> {
        (self.load)(self.policy, store, stream, Until::End, true)
    }

    /// Folds a stream from its snapshot on, up to a moment.
    pub(in crate::aggregate) fn load_until<'a>(
        self,
        store: &'a dyn EventStore,
        stream: &'a StreamId,
        until: Until,
    ) -> Loading<'a, A> {
        (self.load)(self.policy, store, stream, until, false)
    }

    /// Takes a snapshot of the live state if the batch, which is about to be handed over, passes
    /// a threshold. It is kept once the batch is durable.
    pub(crate) fn take_when_due(
        self,
        store: &Arc<dyn EventStore>,
        stream: &StreamId,
        in_flight: &VecDeque<InFlight>,
        live: &Live<A>,
        batch: &Append,
    ) {
        (self.take_when_due)(&self.policy, store, stream, in_flight, live, batch);
    }
}
