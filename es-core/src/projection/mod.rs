//! Projections: event handlers that build read models, and the read side they are kept in.
//!
//! The read side is a store of its own: views, and for each processor a token that says how far it
//! has handled the log. A batch's views and its token are written in one transaction, so effects
//! inside the read side happen exactly once; the file may be deleted at any time, and is rebuilt.
//!
//! [`Views`] have one synchronous interface on every engine. A batch runs from start to end on one
//! blocking thread: synchronous handlers are called directly, asynchronous ones are awaited there.

mod batch;
mod handler;
mod key;
mod read_side;
mod view;
mod views;

pub use batch::{AsyncBatch, Batch, FromBatch, FromBatchAsync};
pub use handler::{EventCall, HandlerOutcome};
pub use key::{Column, KeyBuffer, ViewKey};
pub use read_side::{
    ReadSide, ReadSideError, ReadSideTransaction, Scan, Token, TokenKey, ViewPlace,
    ViewTransaction,
};
pub use view::{Index, View, ViewSchema, schema_hash};
pub use views::Views;

/// Read models with their handlers. Written by `#[projection]` on an `impl` block.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a projection",
    label = "not a projection",
    note = "add `#[projection]` to the `impl {Self}` block with the event handlers"
)]
pub trait Projection: 'static {
    /// The name of the projection, and of its processor unless it names another.
    const NAME: &'static str;

    /// The processor that runs it; several projections may share one.
    const PROCESSOR: &'static str;

    /// The declared version; raising it rebuilds the projection.
    const VERSION: u32;
}
