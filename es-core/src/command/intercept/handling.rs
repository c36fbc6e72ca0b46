use std::fmt;

use crate::command::{CommandMessage, Veto};
use crate::event::Metadata;
use crate::store::NewEvent;

/// Runs around each decision of a handler, within the aggregate's turn and before the commit.
///
/// A command that is decided again, after a conflict or because its predecessor was undone, goes
/// through it again, so that what it counts or says is not yet true of the log: that belongs into
/// a [`DispatchInterceptor`](super::DispatchInterceptor), which sees the durable answer.
///
/// Neither method can wait: the aggregate's next command waits for this one's turn.
pub trait HandlingInterceptor: Send + Sync + 'static {
    /// Runs before the handler. What it adds to the metadata is seen by the handler and stored
    /// with every event of the decision.
    ///
    /// # Errors
    /// Stops the command: the handler does not run, nothing is stored.
    fn before(&self, _command: &CommandMessage<'_>, _metadata: &mut Metadata) -> Result<(), Veto> {
        Ok(())
    }

    /// Runs after the handler, if this one's `before` let the command through.
    ///
    /// # Errors
    /// Stops the command: nothing that the handler decided is stored.
    fn after(&self, _command: &CommandMessage<'_>, _handled: Handled<'_>) -> Result<(), Veto> {
        Ok(())
    }
}

/// What a handler came to; nothing of it is stored yet.
#[derive(Clone, Copy)]
#[non_exhaustive]
pub enum Handled<'a> {
    /// It decided, on these events; none if there was nothing to do.
    Decided(&'a [NewEvent]),
    /// It refused or failed, with this to say.
    Failed(&'a dyn fmt::Display),
}
