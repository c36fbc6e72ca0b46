//! What surrounds each decision: the application's handling interceptors, and the aggregate's own.

use std::any::Any;
use std::cell::Cell;

use super::{Fallible, Journey};
use crate::aggregate::{Aggregate, AggregateId, Slot};
use crate::command::{Around, CommandError, guarded, same_tenant};
use crate::context::Context;
use crate::event::Sequence;
use crate::store::StreamVersion;

impl Journey {
    pub(super) fn around<'a>(&'a self, payload: &'a (dyn Any + Send + Sync)) -> Around<'a> {
        Around {
            interceptors: &self.runtime.shared().interceptors.handling,
            name: self.name,
            id: self.id,
            target: self.target.as_ref(),
            payload,
            passed: 0,
        }
    }

    /// Asks the interceptors.
    pub(super) fn enter(&self, around: &mut Around<'_>, context: &mut Context) -> Fallible<()> {
        around.enter(&mut context.metadata).map_err(|stopped| self.stopped(stopped))
    }

    /// Asks the interceptors, and then the aggregate's own where it exists.
    pub(super) fn enter_aggregate<A: Aggregate>(
        &self,
        around: &mut Around<'_>,
        slot: &Slot<A>,
        context: &mut Context,
    ) -> Fallible<()> {
        self.enter(around, context)?;
        match slot.get() {
            Some(state) if !slot.is_deleted() => {
                let method = Cell::new("");
                let metadata = &mut context.metadata;
                let before = metadata.clone();
                let intercept = || state.intercept(&around.message(&before), metadata, &method);
                let who = || format!("the command interceptor `{}::{}`", A::NAME, method.get());
                guarded(intercept, who)
                    .and_then(|()| same_tenant("command", &before, &context.metadata))
                    .map_err(|stopped| self.stopped(stopped))
            }
            _ => Ok(()),
        }
    }

    /// Compares the version that a command was made for with the one its target has.
    /// A deleted one says so, whatever its version.
    pub(super) fn check_version<A: Aggregate>(
        &self,
        expected: Option<Sequence>,
        actual: StreamVersion,
        slot: &Slot<A>,
    ) -> Fallible<()> {
        let (Some(expected), Some(stream)) = (expected, &self.target) else { return Ok(()) };
        if slot.is_deleted() {
            return Ok(());
        }
        let (command_id, stream) = (self.id, stream.clone());
        match actual {
            Some(actual) if actual == expected => Ok(()),
            Some(actual) => {
                Err(CommandError::VersionMismatch { command_id, stream, expected, actual })
            }
            None => Err(CommandError::NotFound { command_id, stream }),
        }
    }

    /// Refuses an aggregate that a creating handler made under another id than the command's.
    pub(super) fn check_id<A: Aggregate>(
        &self,
        version: StreamVersion,
        slot: &Slot<A>,
    ) -> Fallible<()> {
        match (slot.get(), &self.target) {
            (Some(state), Some(target))
                if version.is_none() && state.id().to_text() != target.id() =>
            {
                Err(self.another_id::<A>(target, state.id()))
            }
            _ => Ok(()),
        }
    }
}
