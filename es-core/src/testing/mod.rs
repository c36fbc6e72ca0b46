//! The testing kit (feature `testing`): fixtures for aggregates, a look at what an application has
//! stored ([`stored`]) and at what its processors do ([`until`]), and contract suites for engines
//! ([`contract`]).
//!
//! A fixture says what happened, sends one command, and compares what came out:
//!
//! ```
//! # use es_core::{prelude::*, testing::given};
//! # #[derive(Command, Clone, Serialize, Deserialize)]
//! # struct CancelOrder { #[target] order_id: String }
//! # #[derive(Event, Serialize, Deserialize)]
//! # struct OrderCreated { order_id: String, product: String }
//! # #[derive(Event, Serialize, Deserialize)]
//! # struct OrderCancelled { order_id: String }
//! # #[aggregate]
//! # struct Order { #[aggregate_identifier] order_id: String }
//! # #[aggregate]
//! # impl Order {
//! #     #[command_handler]
//! #     fn cancel(&self, command: CancelOrder) -> OrderCancelled {
//! #         OrderCancelled { order_id: command.order_id }
//! #     }
//! #     #[event_sourcing_handler]
//! #     fn on_created(event: &OrderCreated) -> Self { Self { order_id: event.order_id.clone() } }
//! #     #[event_sourcing_handler]
//! #     fn on_cancelled(&mut self, _: &OrderCancelled) {}
//! # }
//! given::<Order>()
//!     .events(OrderCreated { order_id: "1".into(), product: "pen".into() })
//!     .when(CancelOrder { order_id: "1".into() })
//!     .then_events(OrderCancelled { order_id: "1".into() });
//! ```
//!
//! - [`given`] starts; [`Given`] takes events, commands, stored rows, resources and the time.
//! - [`Given::when`] runs the real handler, on the state folded from what was given.
//! - [`Then`] has the expectations. They chain, and another [`Then::when`] goes on from there.
//!
//! There is no runtime and no store: the handler's function runs on a [`Slot`]. Everything else is
//! as in production: given events are encoded, decoded and folded like a stored stream, and so is
//! what the command stored, so a fixture also fails on an event that the aggregate could write but
//! not read again.
//!
//! Events and replies need no `PartialEq`: they are compared as the JSON that is stored. So the
//! comparison does not see a field with `#[serde(skip)]`, nor the order of a map.
//!
//! A failed expectation panics at the line of the test that has it, with what the command answered
//! and a diff; colours are left out when `NO_COLOR` is set or standard error is no terminal.
//!
//! [`Slot`]: crate::aggregate::Slot

// A fixture tells what it found by failing the test.
#![allow(clippy::panic)]

mod call;
mod commands;
mod complaint;
pub mod contract;
mod diff;
mod expected;
mod fixture;
mod given;
mod json;
mod moment;
mod paint;
mod past;
mod row;
mod shown;
mod stored;
mod then;
mod until;

pub use commands::{CommandSink, Commands};
pub use given::{Given, given};
pub use moment::Moment;
pub use row::Row;
pub use stored::{Stored, stored};
pub use then::Then;
pub use until::until;
