//! Interceptors: what runs around commands, whoever handles them.
//!
//! There are four places, from the outside in:
//!
//! | place | runs | sees | may |
//! |---|---|---|---|
//! | [`DispatchInterceptor`] | once around the whole send, in its caller | the durable answer | stop it, change metadata and deadline, send it again |
//! | [`HandlingInterceptor`] | around each decision, again in each repetition | what was decided, before the commit | stop it, add metadata that is stored with the events |
//! | `#[command_interceptor]` | before the handler, for one aggregate | its state | stop it |
//! | `UnitOfWork::after_commit` | once, when the events are durable | – | – |
//!
//! Both kinds run in the order in which they were given to the builder; what they do afterwards
//! runs in the opposite order, so that they nest. An application that has none pays one look at an
//! empty list.
//!
//! The included ones are [`Validation`], [`Retry`], [`Timing`] and [`Spans`].

mod answer;
mod chain;
mod handling;
mod names;
mod retry;
mod sending;
mod spans;
mod timing;
mod validation;

pub use answer::{Answer, Dispatched};
pub(crate) use chain::send_boxed;
pub use handling::{Handled, HandlingInterceptor};
pub use retry::{Backoff, Retry, RetryPolicy};
pub use sending::{DispatchInterceptor, Sending};
pub use spans::Spans;
pub use timing::{CommandTiming, Timing};
pub use validation::{Validation, ValidationError, Violation, Violations};

use std::sync::Arc;

/// The interceptors of one application, in the order in which they were given.
#[derive(Default)]
pub(crate) struct Interceptors {
    pub(crate) dispatch: Vec<Arc<dyn DispatchInterceptor>>,
    pub(crate) handling: Vec<Arc<dyn HandlingInterceptor>>,
}
