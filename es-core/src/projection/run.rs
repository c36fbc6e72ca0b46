//! One batch, from start to end on one blocking thread: handlers, views and token.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::runtime::Handle;
use tokio::sync::watch;

use super::batch::ViewVersions;
use super::{
    AsyncBatch, Batch, EventCall, ProcessorPlan, ReadSideError, ReadSideTransaction, Stores, Token,
};
use crate::context::{Context, Host};
use crate::event::RecordedEvent;
use crate::fault::Fault;
use crate::future::panic_message;
use crate::registry::EventHandlerEntry;
use crate::runtime::handling;

/// A batch with slow handlers ends after this time, so that what it did becomes visible.
const BATCH_TIME: Duration = Duration::from_millis(500);

pub(super) struct Work {
    pub(super) plan: Arc<ProcessorPlan>,
    pub(super) stores: Stores,
    pub(super) views: ViewVersions,
    pub(super) from: Token,
    pub(super) events: Vec<RecordedEvent>,
    pub(super) stop: watch::Receiver<bool>,
    pub(super) runtime: Handle,
}

/// What a batch came to: the token that is stored now, and why it went no further.
pub(super) struct BatchEnd {
    pub(super) token: Token,
    pub(super) handled: usize,
    pub(super) failure: Option<String>,
}

/// Handles the events in order and commits what was handled, with the token, in one transaction.
///
/// A handler's error undoes its event alone; what precedes it is committed.
pub(super) fn run(work: &Work) -> Result<BatchEnd, ReadSideError> {
    let started = Instant::now();
    let mut transaction = work.stores.read_side.begin(&work.plan.version)?;
    let mut end = BatchEnd { token: work.from.clone(), handled: 0, failure: None };
    for event in &work.events {
        let is_full = started.elapsed() > BATCH_TIME || must_begin(&work.plan, event);
        if *work.stop.borrow() || (end.handled > 0 && is_full) {
            break;
        }
        transaction.savepoint()?;
        match handle_event(work, event, &*transaction) {
            Ok(()) => transaction.release()?,
            Err(failure) => {
                transaction.rollback_to_savepoint()?;
                end.failure = Some(failure);
                break;
            }
        }
        end.handled += 1;
        end.token.position = event.position;
        end.token.event = Some(event.id);
    }
    if end.handled > 0 {
        transaction.store_token(&work.plan.token_key(), Some(&work.from), &end.token)?;
        transaction.commit()?;
    } else if end.failure.is_some() {
        drop(transaction);
        has_token(work)?;
    }
    Ok(end)
}

/// Fails as a batch would that commits, if another application has moved the token: then the
/// handler saw rows that know of its event already, and what it made of them is no failure.
fn has_token(work: &Work) -> Result<(), ReadSideError> {
    let stored = work.stores.read_side.token(&work.plan.token_key())?;
    if stored.as_ref() == Some(&work.from) { Ok(()) } else { Err(ReadSideError::Fenced) }
}

/// True for an event that must be the first of its batch: SQL written by hand for earlier ones
/// would hold the engine's write lock while a handler awaits what is outside.
fn must_begin(plan: &ProcessorPlan, event: &RecordedEvent) -> bool {
    plan.is_by_hand() && plan.awaits(event)
}

fn handle_event(
    work: &Work,
    event: &RecordedEvent,
    transaction: &dyn ReadSideTransaction,
) -> Result<(), String> {
    let context = Context {
        metadata: event.metadata.clone(),
        command_id: None,
        stream: event.stream.clone(),
        position: Some(event.position),
        host: Host::At(Arc::clone(&work.stores.resources), event.recorded_at),
        within: crate::unit::Within::default(),
    };
    let batch = Batch {
        views: transaction.views(),
        versions: work.views.clone(),
        engine: transaction.engine(),
        tenant: event.tenant.clone(),
        context,
    };
    let Some(events) = upcast(&work.plan, event)? else {
        return call_all(work.plan.calls(event), &batch, work);
    };
    let mut calls: Vec<_> = events.iter().flat_map(|event| work.plan.calls(event)).collect();
    // Also of several events in one row: what awaits comes before what writes.
    calls.sort_by_key(|(handler, _)| !handler.awaits());
    call_all(calls.into_iter(), &batch, work)
}

fn call_all<'a>(
    calls: impl Iterator<Item = (&'a EventHandlerEntry, &'a RecordedEvent)>,
    batch: &Batch,
    work: &Work,
) -> Result<(), String> {
    for (handler, event) in calls {
        call(handler, event, batch, work).map_err(|fault| {
            format!(
                "event `{}` at position {}: handler `{}` ({}) failed: {fault}",
                event.name, event.position, handler.handler, handler.source
            )
        })?;
    }
    Ok(())
}

/// The events of today that a row of earlier days became.
fn upcast(plan: &ProcessorPlan, row: &RecordedEvent) -> Result<Option<Vec<RecordedEvent>>, String> {
    // The conversions are the user's code.
    let upcast = catch_unwind(AssertUnwindSafe(|| plan.upcast(row)));
    let reason = match upcast {
        Ok(Ok(rows)) => return Ok(rows),
        Ok(Err(error)) => error.to_string(),
        Err(panic) => format!("it panicked: {}", panic_message(&*panic)),
    };
    Err(format!("event `{}` at position {} cannot be upcast: {reason}", row.name, row.position))
}

fn call(
    handler: &EventHandlerEntry,
    event: &RecordedEvent,
    batch: &Batch,
    work: &Work,
) -> Result<(), Fault> {
    // A panic leaves nothing half done: what the event wrote is undone with its savepoint.
    let called = catch_unwind(AssertUnwindSafe(|| match handler.call {
        EventCall::Sync(call) => call(event, batch),
        EventCall::Async(call) => {
            let batch = AsyncBatch { context: batch.context.clone() };
            let limit = work.plan.handler_time;
            let called = handling(&work.stores.resources, call(event, &batch));
            let in_time = async { tokio::time::timeout(limit, called).await };
            work.runtime.block_on(in_time).unwrap_or_else(|_| Err(took_too_long(limit)))
        }
    }));
    called
        .unwrap_or_else(|panic| Err(Fault::new(format!("it panicked: {}", panic_message(&*panic)))))
}

fn took_too_long(limit: Duration) -> Fault {
    Fault::new(format!("it took longer than {limit:?}; give what it awaits a shorter time limit"))
}
