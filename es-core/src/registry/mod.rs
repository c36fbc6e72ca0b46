//! The registry: every handler, event and engine of the program, with its place in the source.
//!
//! Macros submit entries of `const` data and plain function pointers with `inventory`; they are
//! read once when an application starts and sorted, so that nothing depends on the linker's order.
//! A crate that nothing names is not linked and registers nothing; `App` therefore also takes
//! types by hand, and refuses to start with an empty registry.

mod describe;
mod engine;
mod entry;
mod set;

pub use describe::Description;
pub use engine::{EngineEntry, IntoStore, OpenError, OpenedStores, Store, StoreUrl};
pub use entry::{
    AggregateEntry, CommandEntry, EventEntry, EventHandlerEntry, NamedCommand, NamedReply,
    NamedResult, ProjectionEntry, QueryHandlerEntry, Source,
};
pub use set::{Component, Components, Registry, RegistryError};
