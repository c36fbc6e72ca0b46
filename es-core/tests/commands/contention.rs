//! Others change the aggregate too: whose conflict it is, and how far commands run ahead then.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use es_core::command::CommandError;
use es_core::prelude::*;
use es_core::runtime::Limits;
use es_core::store::{AppendError, AppendQueue, EventStore, MemoryLog, Permit};

use super::domain::*;
use super::logs::{Gate, GatedLog, LogAround, Parts};
use super::pipelining::{gated_with, somebody_else_puts, waits};

/// What never comes fails its story instead of holding it up.
async fn in_time<T>(awaited: impl Future<Output = T>) -> T {
    let ended = tokio::time::timeout(Duration::from_secs(10), awaited).await;
    ended.expect("nothing is held up at the gate")
}

/// Fails unless exactly so many batches of the shelf may be in flight at once.
async fn assert_width(app: &App, gate: &Gate, width: usize) {
    let before = app.repository::<Shelf>().load(&"a".to_owned()).await.unwrap().boxes;
    let commands = app.commands();
    let mut sending: Vec<_> = (0..=width).map(|_| Box::pin(commands.send(put("a", 1)))).collect();
    for sent in &mut sending {
        waits!(*sent);
    }
    // What waits for its turn is withdrawn with its caller; what is in flight is stored.
    drop(sending);
    gate.let_through(width + 1);
    let boxes = in_time(commands.send(take("a", 0))).await.unwrap();
    assert_eq!(boxes - before, width as u64, "so many were in flight");
}

#[tokio::test]
async fn an_undone_predecessor_is_no_conflict_of_the_commands_own() {
    let (app, gate, log) = gated_with(Limits { conflict_retries: 0, ..Limits::default() }).await;
    let commands = app.commands();
    let mut first = Box::pin(commands.send(put("a", 5)));
    waits!(first);
    let mut second = Box::pin(commands.send(put("a", 0)));
    waits!(second);
    gate.fail_one();
    gate.let_through(8);
    in_time(first).await.unwrap_err();
    in_time(second).await.unwrap();

    somebody_else_puts(&log, 1).await;
    let error = in_time(commands.send(put("a", 1))).await.unwrap_err();
    assert!(matches!(error, CommandError::Conflict { attempts: 1, .. }), "{error}");
}

#[tokio::test]
async fn after_somebody_elses_change_the_pipeline_shrinks_to_one_and_doubles_again() {
    let (app, gate, log) = gated_with(Limits::default()).await;
    somebody_else_puts(&log, 1).await;
    gate.let_through(2);
    let left = in_time(app.commands().send(take("a", 1))).await.unwrap();
    assert_eq!(left, 0, "decided again after the conflict");
    // That was a clean round with one in flight.
    for width in [2, 4, 8] {
        assert_width(&app, &gate, width).await;
    }
}

#[tokio::test]
async fn what_the_log_failed_to_store_shrinks_the_pipeline_too() {
    let (app, gate, _log) = gated_with(Limits::default()).await;
    gate.fail_one();
    in_time(app.commands().send(put("a", 5))).await.unwrap_err();
    assert_width(&app, &gate, 1).await;
}

#[tokio::test]
async fn a_conflict_on_what_was_only_read_shrinks_the_pipeline_too() {
    let (app, gate, log) = gated_with(Limits::default()).await;
    somebody_else_puts(&log, 1).await;
    gate.let_through(2);
    let counted = in_time(app.commands().send(count("a"))).await.unwrap();
    assert_eq!(counted, 1, "decided again after the conflict");
    assert_width(&app, &gate, 1).await;
}

/// A log whose writer is done before whoever hands a batch over can look, until it is told to
/// wait at its gate.
struct Hasty {
    gated: GatedLog,
    waits: AtomicBool,
}

impl Parts for Arc<Hasty> {
    fn inner(&self) -> MemoryLog {
        self.gated.inner.clone()
    }

    fn queue(&self) -> Option<&AppendQueue> {
        self.gated.queue()
    }

    fn try_reserve(&self) -> Result<Permit, AppendError> {
        match self.waits.load(Ordering::SeqCst) {
            true => Parts::try_reserve(&self.gated.0),
            false => self.gated.inner.try_reserve(),
        }
    }
}

#[tokio::test]
async fn what_is_stored_at_once_is_a_clean_round_too() {
    let (gated, gate) = GatedLog::new();
    let hasty = Arc::new(Hasty { gated, waits: AtomicBool::new(false) });
    let log = Arc::new(LogAround(Arc::clone(&hasty))) as Arc<dyn EventStore>;
    let (scale, _) = ManualScale::new();
    let app = App::test().store(log).with::<Shelf>().provide::<dyn Scale>(scale);
    let app = app.start().await.unwrap();
    app.commands().send(set_up("a")).await.unwrap();
    somebody_else_puts(&hasty.gated.inner, 1).await;
    assert_eq!(app.commands().send(take("a", 1)).await.unwrap(), 0, "decided again");
    hasty.waits.store(true, Ordering::SeqCst);
    assert_width(&app, &gate, 2).await;
}
