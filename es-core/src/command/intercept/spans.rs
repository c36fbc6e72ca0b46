use tracing::{Instrument, Level, Span, field};

use super::answer::Dispatched;
use super::names;
use super::sending::{DispatchInterceptor, Sending};
use crate::future::BoxFuture;

/// Puts every command into a `tracing` span named `command`, at level `INFO`.
///
/// Its fields are `name`, `id`, `aggregate`, `correlation_id`, `traceparent` where the command came
/// with one, and once it is answered `outcome`: `done` or what
/// [`CommandError::kind`](crate::command::CommandError::kind) says. What a handler logs is inside,
/// and so are the spans of the commands that it sends.
#[derive(Debug, Clone, Copy, Default)]
pub struct Spans;

impl DispatchInterceptor for Spans {
    fn intercept<'a>(&'a self, mut sending: Sending<'a>) -> BoxFuture<'a, Dispatched> {
        let span = span(&sending);
        let recorder = span.clone();
        let proceeding = async move {
            let dispatched = sending.proceed().await;
            record(&recorder, &dispatched);
            dispatched
        };
        Box::pin(proceeding.instrument(span))
    }
}

fn span(sending: &Sending<'_>) -> Span {
    let message = sending.message();
    let span = tracing::span!(
        Level::INFO,
        names::COMMAND_SPAN,
        name = message.name(),
        id = %message.id(),
        aggregate = field::Empty,
        correlation_id = field::Empty,
        traceparent = field::Empty,
        outcome = field::Empty,
        error = field::Empty,
    );
    if span.is_disabled() {
        return span;
    }
    if let Some(target) = message.target() {
        span.record("aggregate", field::display(target));
    }
    for key in [crate::event::keys::CORRELATION_ID, crate::event::keys::TRACEPARENT] {
        if let Some(value) = message.metadata().get(key) {
            span.record(key, &*value);
        }
    }
    span
}

fn record(span: &Span, dispatched: &Dispatched) {
    match dispatched {
        Ok(_) => {
            span.record("outcome", "done");
        }
        Err(error) => {
            span.record("outcome", error.kind());
            span.record("error", field::display(error));
        }
    }
}
