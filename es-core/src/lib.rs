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
//!
//! ```standalone_crate
//! use es_core::prelude::*;
//!
//! #[derive(Command, Clone, Serialize, Deserialize)]
//! struct CreateOrder {
//!     #[target]
//!     order_id: String,
//!     product: String,
//! }
//!
//! #[derive(Command, Clone, Serialize, Deserialize)]
//! struct CancelOrder {
//!     #[target]
//!     order_id: String,
//! }
//!
//! #[derive(Event, Serialize, Deserialize)]
//! struct OrderCreated {
//!     order_id: String,
//!     product: String,
//! }
//!
//! #[derive(Event, Serialize, Deserialize)]
//! struct OrderCancelled {}
//!
//! #[aggregate]
//! struct Order {
//!     #[aggregate_identifier]
//!     order_id: String,
//!     is_cancelled: bool,
//! }
//!
//! #[aggregate]
//! impl Order {
//!     #[command_handler]
//!     fn create(command: CreateOrder) -> OrderCreated {
//!         OrderCreated { order_id: command.order_id, product: command.product }
//!     }
//!
//!     #[command_handler]
//!     fn cancel(&self, _: CancelOrder) -> Option<OrderCancelled> {
//!         (!self.is_cancelled).then_some(OrderCancelled {}) // twice is once
//!     }
//!
//!     #[event_sourcing_handler]
//!     fn on_created(event: &OrderCreated) -> Self {
//!         Self { order_id: event.order_id.clone(), is_cancelled: false }
//!     }
//!
//!     #[event_sourcing_handler]
//!     fn on_cancelled(&mut self, _: &OrderCancelled) {
//!         self.is_cancelled = true;
//!     }
//! }
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! // In memory; a program that keeps its events writes
//! // `App::builder().store("sqlite:data/orders.db")` and `use es_sqlite as _;`.
//! let app = App::test().with::<Order>().start().await?;
//! let order_id = "4711".to_owned();
//! let create = CreateOrder { order_id: order_id.clone(), product: "chair".to_owned() };
//! app.commands().send(create).await?;
//! app.commands().send(CancelOrder { order_id: order_id.clone() }).await?;
//! assert!(app.repository::<Order>().load(&order_id).await?.is_cancelled);
//! # Ok(())
//! # }
//! ```

// The macros write `::es_core::..`; inside this crate that is this crate.
#[allow(unused_extern_crates)]
extern crate self as es_core;

pub mod aggregate;
pub mod app;
pub mod boundary;
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
pub mod unit;

pub use es_macros::{
    AggregateId, Command, Event, Query, State, View, ViewKey, aggregate, aggregate_member,
    boundary, command_handler, command_interceptor, criteria, event_handler,
    event_sourcing_handler, projection, query_handler,
};
pub use inventory;

#[doc(hidden)]
pub mod __private;
