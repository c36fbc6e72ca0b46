//! Interceptors: what runs around commands, whoever handles them.
//!
//! There are four places, from the outside in:
//!
//! - A [`DispatchInterceptor`] runs once around the whole send and sees the durable answer. It may
//!   stop the command, change its metadata and deadline, and send it again.
//! - A [`HandlingInterceptor`] runs around each decision, before the commit, and again when the
//!   command is decided again. It may stop the command, and add metadata that is stored with the
//!   events.
//! - `#[command_interceptor]` methods run before each handler of one aggregate, see its state, and
//!   may stop the command.
//! - What a handler gives to `UnitOfWork::after_commit` runs once, when the events are durable.
//!
//! Both kinds run in the order in which they were given to the builder; what they do afterwards
//! runs in the opposite order, so that they nest. An application that has none pays one look at an
//! empty list.
//!
//! The included ones are [`Validation`], [`Retry`], [`Timing`] and [`Spans`].

mod answer;
mod around;
mod attempt;
mod chain;
mod handling;
mod names;
mod registered;
mod retry;
mod sending;
mod spans;
mod timing;
mod validation;

pub use answer::{Answer, Dispatched};
pub(crate) use around::{Around, Stopped, guarded, same_tenant};
pub(crate) use chain::{TypedCommand, handled_by, send_boxed};
pub use handling::{Handled, HandlingInterceptor};
pub(crate) use registered::Registered;
pub use retry::{Backoff, Retry, RetryPolicy};
pub use sending::{DispatchInterceptor, Sending};
pub use spans::Spans;
pub use timing::{CommandTiming, Timing};
pub use validation::{Validation, ValidationError, Violation, Violations};

/// The interceptors of one application, in the order in which they were given.
#[derive(Default)]
pub(crate) struct Interceptors {
    pub(crate) dispatch: Vec<Registered<dyn DispatchInterceptor>>,
    pub(crate) handling: Vec<Registered<dyn HandlingInterceptor>>,
}

/// The guide's page on interceptors; its code is compiled and run as a documentation test.
#[cfg(doctest)]
#[doc = include_str!("../../../../docs/interceptors.md")]
pub struct Guide;
