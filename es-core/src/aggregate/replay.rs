use std::ops::{ControlFlow, Deref};
use std::panic::{AssertUnwindSafe, catch_unwind};

use super::snapshot::Snapshots;
use super::{Aggregate, LoadError, ReplayError, Slot, fold_stored};
use crate::event::{RecordedEvent, Sequence, StreamId, Timestamp};
use crate::store::EventStore;

/// A state folded from the log for reading.
#[derive(Debug)]
pub struct Replayed<A> {
    state: A,
    /// The sequence of the last event in it.
    pub version: Sequence,
    /// When that event was recorded.
    pub recorded_at: Timestamp,
    /// True if the last event deleted the aggregate.
    pub is_deleted: bool,
}

impl<A> Replayed<A> {
    /// Gives the state.
    #[must_use]
    pub fn into_inner(self) -> A {
        self.state
    }
}

impl<A> Deref for Replayed<A> {
    type Target = A;

    fn deref(&self) -> &A {
        &self.state
    }
}

/// Where a replay ends.
#[derive(Debug, Clone, Copy)]
pub(super) enum Until {
    End,
    Sequence(Sequence),
    Moment(Timestamp),
}

impl Until {
    pub(super) fn is_end(self) -> bool {
        matches!(self, Self::End)
    }

    /// True if the replay ends before this sequence.
    pub(super) fn is_before(self, sequence: Sequence) -> bool {
        matches!(self, Self::Sequence(last) if last < sequence)
    }

    pub(super) fn includes(self, event: &RecordedEvent) -> bool {
        match self {
            Self::End => true,
            Self::Sequence(last) => event.sequence().is_some_and(|sequence| sequence <= last),
            Self::Moment(moment) => event.recorded_at <= moment,
        }
    }
}

/// What a replay found.
pub(crate) struct Folded<A> {
    pub(crate) slot: Slot<A>,
    pub(crate) version: Option<Sequence>,
    recorded_at: Option<Timestamp>,
}

/// Folds a stream for commands.
pub(crate) async fn fold<A: Aggregate>(
    store: &dyn EventStore,
    stream: &StreamId,
) -> Result<Folded<A>, LoadError> {
    match Snapshots::<A>::OF {
        None => replay(store, stream, Until::End).await,
        Some(snapshots) => snapshots.load_for_commands(store, stream).await,
    }
}

/// Folds a stream for reading.
pub(super) async fn fold_until<A: Aggregate>(
    store: &dyn EventStore,
    stream: &StreamId,
    until: Until,
) -> Result<Folded<A>, LoadError> {
    match Snapshots::<A>::OF {
        None => replay(store, stream, until).await,
        Some(snapshots) => snapshots.load_until(store, stream, until).await,
    }
}

/// Folds a stream's events from the first one on.
async fn replay<A: Aggregate>(
    store: &dyn EventStore,
    stream: &StreamId,
    until: Until,
) -> Result<Folded<A>, LoadError> {
    let mut folded = Folded::default();
    let mut failed = None;
    let mut visit = |event: &RecordedEvent| {
        if !until.includes(event) {
            return ControlFlow::Break(());
        }
        match folded.take(event) {
            Ok(_) => ControlFlow::Continue(()),
            Err(error) => {
                failed = Some(error);
                ControlFlow::Break(())
            }
        }
    };
    store.read_stream(stream, Sequence(0), &mut visit).await?;
    match failed {
        Some(error) => Err(error.into()),
        None => Ok(folded),
    }
}

impl<A> Default for Folded<A> {
    fn default() -> Self {
        Self { slot: Slot::missing(), version: None, recorded_at: None }
    }
}

impl<A> Folded<A> {
    /// A state that was folded before.
    pub(super) fn resumed(state: A, version: Sequence, recorded_at: Timestamp) -> Self {
        let slot = Slot::living(state);
        Self { slot, version: Some(version), recorded_at: Some(recorded_at) }
    }
}

impl<A: Aggregate> Folded<A> {
    /// The sequence that has to come.
    pub(super) fn next(&self) -> Sequence {
        self.version.map_or(Sequence(0), Sequence::next)
    }

    /// Folds one more event, and gives its sequence.
    pub(super) fn take(&mut self, event: &RecordedEvent) -> Result<Sequence, ReplayError> {
        let expected = self.next();
        // A hole would mean decisions on a state that never was.
        if event.sequence() != Some(expected) {
            let reason = format!("sequence {expected} was expected");
            return Err(ReplayError::corrupt(event, reason));
        }
        // Event-sourcing handlers are the user's code.
        let folding = AssertUnwindSafe(|| fold_stored(&mut self.slot, event));
        catch_unwind(folding).map_err(|panic| ReplayError::panicked(event, &*panic))??;
        self.version = Some(expected);
        self.recorded_at = Some(event.recorded_at);
        Ok(expected)
    }

    pub(super) fn replayed(self, stream: &StreamId) -> Result<Replayed<A>, LoadError> {
        let is_deleted = self.slot.is_deleted();
        match (self.slot.into_root(), self.version, self.recorded_at) {
            (Some(root), Some(version), Some(recorded_at)) => {
                Ok(Replayed { state: root.state, version, recorded_at, is_deleted })
            }
            _ => Err(LoadError::NotFound { stream: stream.clone() }),
        }
    }
}
