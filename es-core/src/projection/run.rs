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
use crate::context::{Context, Now};
use crate::event::RecordedEvent;
use crate::fault::Fault;
use crate::future::panic_message;
use crate::registry::EventHandlerEntry;

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
        if *work.stop.borrow() || (end.handled > 0 && started.elapsed() > BATCH_TIME) {
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
    }
    Ok(end)
}

fn handle_event(
    work: &Work,
    event: &RecordedEvent,
    transaction: &dyn ReadSideTransaction,
) -> Result<(), String> {
    let context = Context {
        metadata: event.metadata.clone(),
        command_id: None,
        now: Now::At(event.recorded_at),
        sequence: event.sequence(),
        position: Some(event.position),
        resources: Arc::clone(&work.stores.resources),
    };
    let batch = Batch {
        views: transaction.views(),
        versions: work.views.clone(),
        engine: transaction.engine(),
        tenant: event.tenant.clone(),
        context,
    };
    for handler in work.plan.handlers_of(&event.name) {
        call(handler, event, &batch, &work.runtime).map_err(|fault| {
            format!(
                "event `{}` at position {}: handler `{}` ({}) failed: {fault}",
                event.name, event.position, handler.handler, handler.source
            )
        })?;
    }
    Ok(())
}

fn call(
    handler: &EventHandlerEntry,
    event: &RecordedEvent,
    batch: &Batch,
    runtime: &Handle,
) -> Result<(), Fault> {
    // A panic leaves nothing half done: what the event wrote is undone with its savepoint.
    let called = catch_unwind(AssertUnwindSafe(|| match handler.call {
        EventCall::Sync(call) => call(event, batch),
        EventCall::Async(call) => {
            let batch = AsyncBatch { context: batch.context.clone() };
            runtime.block_on(call(event, &batch))
        }
    }));
    called
        .unwrap_or_else(|panic| Err(Fault::new(format!("it panicked: {}", panic_message(&*panic)))))
}
