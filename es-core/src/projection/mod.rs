//! Projections: event handlers that build read models, and the read side they are kept in.
//!
//! The read side is a store of its own: views, and for each processor a token that says how far it
//! has handled the log. A batch's views and its token are written in one transaction, so effects
//! inside the read side happen exactly once; the file may be deleted while no program uses it, and
//! is rebuilt.
//!
//! [`Views`] have one synchronous interface on every engine. A batch runs from start to end on one
//! blocking thread: synchronous handlers are called directly, asynchronous ones are awaited there.

mod batch;
mod claim;
mod error;
mod handle;
mod handler;
mod key;
mod memory_read_side;
pub mod overlay;
mod plan;
mod processor;
mod read_only;
mod read_side;
mod run;
mod scan;
mod status;
mod token;
mod view;
mod views;
mod worker;

pub(crate) use batch::ViewVersions;
pub use batch::{AsyncBatch, Batch, FromBatch, FromBatchAsync};
pub use error::{CaughtUpError, ProcessorError};
pub use handle::{Deadline, ProjectionHandle};
pub use handler::{EventCall, HandlerOutcome};
pub use key::{Column, KeyBuffer, ViewKey};
pub use memory_read_side::MemoryReadSide;
pub use plan::{ProcessorPlan, StartAt};
pub use processor::{Processor, Stores};
pub use read_only::ReadOnly;
pub use read_side::{
    Preparation, ReadSide, ReadSideError, ReadSideTransaction, Snapshot, ViewTransaction,
};
pub use scan::{Scan, ViewPlace};
pub use status::{ProcessorState, Status};
pub use token::{Token, TokenKey};
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

/// The guide's page on projections; its code is compiled and run as documentation tests.
#[cfg(doctest)]
#[doc = include_str!("../../../docs/projections.md")]
pub struct Guide;
