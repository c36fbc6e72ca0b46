//! Event sourcing and CQRS in the style of Axon Framework.
//!
//! ```text
//!           #[derive(Command)]              #[command_handler]            append (group commit)
//! client --> CommandGateway --> Repository<A> --> Root<A> --> EventStore --> log
//!                               load = #[event_sourcing_handler]s              | tail
//! client <-- QueryGateway <-- #[query_handler] <-- views <-- #[event_handler] <-+
//!                                                        Processor (tokens)
//! ```
//!
//! The modules are the words of this picture, in its order. Start with [`prelude`] and
//! [`app::App`].

// The macros write `::es_core::..`; inside this crate that is this crate.
#[allow(unused_extern_crates)]
extern crate self as es_core;

pub mod aggregate;
pub mod app;
pub mod bus;
pub mod command;
pub mod context;
pub mod event;
pub mod fault;
pub mod future;
pub mod prelude;
pub mod projection;
pub mod query;
pub mod registry;
pub mod runtime;
pub mod store;
#[cfg(feature = "testing")]
pub mod testing;

pub use es_macros::{
    AggregateId, Command, Event, Query, View, ViewKey, aggregate, command_handler, event_handler,
    event_sourcing_handler, projection, query_handler,
};
pub use inventory;

#[doc(hidden)]
pub mod __private;
