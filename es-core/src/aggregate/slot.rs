use super::checks::Facts;
use super::root::{Change, change};
use super::{Aggregate, EventOf, EventSink, ReplayError, Root, Staging};
use crate::event::RecordedEvent;
use crate::fault::Fault;
use crate::store::{AnyEvent, NewEvent};

/// One aggregate's place: missing, live or deleted.
///
/// A handler that creates step by step takes `order: &mut Slot<Self>`.
#[derive(Debug)]
pub struct Slot<A> {
    root: Option<Root<A>>,
    // What a missing aggregate's creating event failed with; a live one stages in its root.
    staging: Staging,
}

impl<A> Default for Slot<A> {
    fn default() -> Self {
        Self { root: None, staging: Staging::default() }
    }
}

impl<A> Slot<A> {
    /// A place with no aggregate in it.
    #[must_use]
    pub fn missing() -> Self {
        Self::default()
    }

    pub(super) fn living(state: A) -> Self {
        let root = Root { state, deleted: false, staging: Staging::default() };
        Self { root: Some(root), staging: Staging::default() }
    }

    /// The state, if the aggregate exists; also the last state of a deleted one.
    #[must_use]
    pub fn get(&self) -> Option<&A> {
        self.root.as_ref().map(|root| &root.state)
    }

    /// True after an event whose handler says `mark_deleted`.
    #[must_use]
    pub fn is_deleted(&self) -> bool {
        self.root.as_ref().is_some_and(|root| root.deleted)
    }

    pub(crate) fn root(&self) -> Option<&Root<A>> {
        self.root.as_ref()
    }

    pub(crate) fn root_mut(&mut self) -> Option<&mut Root<A>> {
        self.root.as_mut()
    }

    pub(crate) fn into_root(self) -> Option<Root<A>> {
        self.root
    }

    /// True if nothing was applied since the last [`Slot::take_staged`].
    #[must_use]
    pub fn is_untouched(&self) -> bool {
        self.staging.is_untouched()
            && self.root.as_ref().is_none_or(|root| root.staging.is_untouched())
    }

    /// Takes what was applied; see [`Staging::finish`].
    ///
    /// # Errors
    /// An event did not apply or could not be encoded; the state must then be dropped.
    pub fn take_staged(&mut self) -> Result<Vec<NewEvent>, Fault> {
        std::mem::take(&mut self.staging).finish()?;
        match &mut self.root {
            Some(root) => std::mem::take(&mut root.staging).finish(),
            None => Ok(Vec::new()),
        }
    }
}

impl<A: Aggregate> Slot<A> {
    /// Applies an event: creates the aggregate, or changes it if it exists.
    ///
    /// A fault inside is kept and fails the command afterwards.
    pub fn apply<E: EventOf<A>>(&mut self, event: E) -> &mut Self {
        self.applied(&event, E::DELETES, &|state| change(&event, state));
        self
    }

    // Compiled once per aggregate, not per event.
    fn applied(&mut self, event: &dyn AnyEvent, deletes: bool, change: &Change<'_, A>) {
        match &mut self.root {
            Some(root) => root.applied(event, deletes, change),
            None => match change(None) {
                Ok(state) => {
                    let mut staging = Staging::default();
                    staging.stage(event, Ok(()));
                    self.root = state.map(|state| Root { state, deleted: deletes, staging });
                }
                Err(fault) => self.staging.stage(event, Err(fault)),
            },
        }
    }

    /// Folds one stored event of a known type; generated code calls it.
    ///
    /// # Errors
    /// `Undecodable`, or `Corrupt` for a creating event on an existing state, an evolving one on
    /// none, and any event after deletion.
    pub fn fold<E: EventOf<A>>(&mut self, event: &RecordedEvent) -> Result<(), ReplayError> {
        let payload = Facts::<E>::decode(event)?;
        self.folded(event, E::DELETES, &|state| change(&payload, state))
    }

    // Compiled once per aggregate, not per event.
    fn folded(
        &mut self,
        event: &RecordedEvent,
        deletes: bool,
        change: &Change<'_, A>,
    ) -> Result<(), ReplayError> {
        let corrupt = |fault: Fault| ReplayError::corrupt(event, fault.to_string());
        match &mut self.root {
            Some(root) if root.deleted => {
                return Err(ReplayError::corrupt(event, "it follows the event that deleted it"));
            }
            Some(root) => {
                change(Some(&mut root.state)).map_err(corrupt)?;
                root.deleted = deletes;
            }
            None => {
                let created = change(None).map_err(corrupt)?;
                let root = |state| Root { state, deleted: deletes, staging: Staging::default() };
                self.root = created.map(root);
            }
        }
        Ok(())
    }
}

impl<A: Aggregate> EventSink<A> for Slot<A> {
    fn event<E: EventOf<A>>(&mut self, event: E) {
        self.apply(event);
    }
}
