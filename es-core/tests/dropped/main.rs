//! Every public future is polled n times and dropped, for every n until it is through: nothing is
//! lost or half done, and the next call works.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    missing_docs,
    unreachable_pub
)]

mod commands;
mod harness;
mod log;
mod reading;
mod view;

#[allow(dead_code, reason = "a part of it is used here")]
#[path = "../units/domain.rs"]
mod domain;
#[allow(dead_code, reason = "a part of it is used here")]
#[path = "../commands/gated_log.rs"]
mod gated_log;

use std::sync::Arc;

use es_core::prelude::*;

use domain::*;
use gated_log::{Gate, GatedLog};

/// An application on a log that answers from another thread.
pub struct World {
    pub app: App,
    pub pause: Arc<ManualPause>,
    _gate: Gate,
}

impl World {
    /// Two accounts with a hundred each.
    pub async fn new() -> Self {
        let (log, gate) = GatedLog::new();
        gate.let_through(10_000);
        let pause = ManualPause::new();
        let builder = App::test()
            .store(log)
            .provide(Arc::clone(&pause) as Arc<dyn Pause>)
            .provide(Arc::new(Told::default()))
            .provide(Arc::new(Left::default()));
        let app = builder.start().await.unwrap();
        for account in ["a", "b"] {
            let open = Open { account: account.to_owned(), balance: 100 };
            app.commands().send(open).await.unwrap();
        }
        Self { app, pause, _gate: gate }
    }

    /// What the live state of an account says; its answer comes once that is durable.
    pub async fn live(&self, account: &str) -> i64 {
        let withdraw = Withdraw { account: account.to_owned(), amount: 0 };
        self.app.commands().send(withdraw).await.unwrap()
    }

    /// What the log says.
    pub async fn stored(&self, account: &str) -> i64 {
        let accounts = self.app.repository::<Account>();
        accounts.load(&account.to_owned()).await.unwrap().balance
    }

    /// The live states are what the log says, and their sum is right.
    // What was dropped may be carried out meanwhile, so this looks again before it complains.
    pub async fn check(&self, is_right: impl Fn(i64) -> bool) -> Result<(), String> {
        let mut found = Err("nobody looked".to_owned());
        for _ in 0..100 {
            found = self.look(&is_right).await;
            if found.is_ok() {
                break;
            }
        }
        found
    }

    async fn look(&self, is_right: impl Fn(i64) -> bool) -> Result<(), String> {
        let mut sum = 0;
        for account in ["a", "b"] {
            let (live, stored) = (self.live(account).await, self.stored(account).await);
            if live != stored {
                return Err(format!("`{account}` is {live} live and {stored} in the log"));
            }
            sum += stored;
        }
        if is_right(sum) { Ok(()) } else { Err(format!("the sum is {sum}")) }
    }
}
