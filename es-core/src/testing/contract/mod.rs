//! The contract suite of the log: every promise of [`EventStore`](crate::store::EventStore) as
//! something that runs, so that an engine's own tests are one call.
//!
//! ```text
//! #[tokio::test(flavor = "multi_thread")]
//! async fn keeps_the_logs_contract() {
//!     es_core::testing::contract::log(MyHarness::new()).await;
//! }
//! ```
//!
//! A promise is an async function whose name is the sentence; promises stand by class in the files
//! beside this one. Each runs on a log of its own. What an engine's capabilities exclude is
//! skipped and counted. Durable engines also call [`survives_kill`].
//!
//! Rejected: a macro that makes one `#[test]` per promise. It would put the list of promises into
//! every engine's crate, where it goes stale; one call picks up new promises by itself.

mod batches;
mod check;
mod harness;
mod kill;
mod log;
mod promise;
mod promises;
mod read_side;
mod report;

pub use harness::{Harness, LogSetup};
pub use kill::survives_kill;
pub use promise::Promise;
pub use read_side::{ReadSideHarness, ReadSideReport, read_side, read_side_report};
pub use report::{Outcome, Report};

use std::sync::Arc;
use std::time::Duration;

use check::Unkept;
use log::World;

/// A promise that takes longer hangs.
const LIMIT: Duration = Duration::from_secs(60);

/// Runs every promise against an engine, and prints each with its verdict: a test shows them with
/// `-- --nocapture`. Needs a multi-threaded runtime.
///
/// # Panics
/// A promise is broken; the message lists all broken ones with what was expected and seen.
#[allow(clippy::panic, clippy::print_stdout)] // A test's ways to speak.
pub async fn log(harness: impl Harness) {
    let report = log_report(harness).await;
    println!("{report:#}");
    assert!(report.is_kept(), "{report}");
}

/// Runs every promise against an engine and tells how each came out.
pub async fn log_report(harness: impl Harness) -> Report {
    report(harness, |_| true).await
}

/// Runs the promises of one class, for example `conditions`, and tells how each came out.
pub async fn class_report(harness: impl Harness, class: &str) -> Report {
    report(harness, |promise| promise.class == class).await
}

async fn report(harness: impl Harness, is_wanted: impl Fn(&Promise) -> bool) -> Report {
    let world = match World::new(Arc::new(harness)).await {
        Ok(world) => Arc::new(world),
        Err(unkept) => return Report::unopened(&unkept),
    };
    let mut report = Report::default();
    for promise in promises::all().filter(|promise| is_wanted(promise)) {
        report.add(*promise, run(promise, &world).await);
    }
    report
}

async fn run(promise: &'static Promise, world: &Arc<World>) -> Outcome {
    let world = Arc::clone(world);
    // A task of its own, so that a panic of the engine is a broken promise and not the end.
    let checked = tokio::spawn(async move { (promise.check)(&world).await });
    let stop = checked.abort_handle();
    match tokio::time::timeout(LIMIT, checked).await {
        Ok(Ok(Ok(()))) => Outcome::Kept,
        Ok(Ok(Err(Unkept::NotApplicable(reason)))) => Outcome::Skipped(reason),
        Ok(Ok(Err(Unkept::Broken(what)))) => Outcome::Broken(what),
        Ok(Err(panic)) => Outcome::Broken(panic.to_string()),
        Err(_) => {
            stop.abort();
            Outcome::Broken(format!("it did not end within {LIMIT:?}"))
        }
    }
}
