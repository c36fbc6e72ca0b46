//! A callback after commit runs before an orderly shutdown is over.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    missing_docs,
    unreachable_pub
)]

#[path = "common/accounts/mod.rs"]
mod accounts;
#[path = "common/logs/mod.rs"]
mod logs;

use std::convert::Infallible;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use es_core::prelude::*;
use es_core::store::EventStore;
use es_core::unit::UnitOfWork;

use accounts::*;
use logs::GatedLog;

#[derive(Command, Clone, Serialize, Deserialize)]
pub struct Tell {
    #[target]
    pub account: String,
}

static TOLD: AtomicBool = AtomicBool::new(false);

#[aggregate]
impl Account {
    #[command_handler]
    fn tell(account: &mut Root<Self>, _: Tell, unit: UnitOfWork) -> Result<(), Infallible> {
        unit.after_commit(|| TOLD.store(true, Ordering::SeqCst));
        account.apply(Moved { amount: 1 });
        Ok(())
    }
}

#[test]
fn a_callback_runs_before_an_orderly_shutdown_is_over() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let (log, gate) = GatedLog::new();
        let inner = log.inner.clone();
        let app = App::test().store(log).start().await.unwrap();
        gate.let_through(1);
        app.commands().send(open_a()).await.unwrap();
        let commands = app.commands();
        let mut telling = Box::pin(commands.send(Tell { account: a() }));
        let first = tokio::time::timeout(Duration::from_millis(20), &mut telling).await;
        assert!(first.is_err(), "it is with the log");
        drop(telling);
        gate.let_through(8);
        // Without giving way, so that no task runs before the log has written.
        while *inner.committed().borrow() < Position(2) {
            std::thread::yield_now();
        }
        app.shutdown(Duration::from_secs(5)).await.unwrap();
    });
    drop(runtime);
    assert!(TOLD.load(Ordering::SeqCst), "the event is stored, and the callback has not run");
}
