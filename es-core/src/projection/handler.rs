use super::{AsyncBatch, Batch};
use crate::event::RecordedEvent;
use crate::fault::{Fault, IntoFault};
use crate::future::BoxFuture;

/// One event handler as a processor calls it; it decodes the event itself.
#[derive(Clone, Copy)]
pub enum EventCall {
    /// A plain `fn`.
    Sync(fn(&RecordedEvent, &Batch) -> Result<(), Fault>),
    /// An `async fn`, awaited on the batch's thread.
    Async(for<'a> fn(&'a RecordedEvent, &'a AsyncBatch) -> BoxFuture<'a, Result<(), Fault>>),
}

/// What an event handler returns: nothing, or a `Result` of nothing.
#[diagnostic::on_unimplemented(
    message = "an event handler returns nothing or `Result<(), Error>`, not `{Self}`",
    label = "neither `()` nor `Result<(), _>`"
)]
pub trait HandlerOutcome {
    /// Converts it; generated code calls it.
    ///
    /// # Errors
    /// The handler's own.
    fn outcome(self) -> Result<(), Fault>;
}

impl HandlerOutcome for () {
    fn outcome(self) -> Result<(), Fault> {
        Ok(())
    }
}

impl<X: IntoFault> HandlerOutcome for Result<(), X> {
    fn outcome(self) -> Result<(), Fault> {
        self.map_err(IntoFault::into_fault)
    }
}
