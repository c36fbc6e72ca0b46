//! An application of which every future waits, and what is left of it at the end.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use es_core::app::AppBuilder;
use es_core::command::CommandError;
use es_core::event::{Partition, RecordedEvent};
use es_core::prelude::*;
use es_core::projection::MemoryReadSide;
use es_core::store::{EventStore, Filter, MemoryLog};
use tokio::task::JoinHandle;

use super::domain::*;
use super::polls::holds;
use super::waiting_log::WaitingLog;

/// Nothing takes so long unless it hangs.
pub const PATIENCE: Duration = Duration::from_secs(20);

/// Stores that outlive an application.
#[derive(Clone, Default)]
pub struct Stores {
    pub log: MemoryLog,
    pub read_side: MemoryReadSide,
    pub bank: Arc<SlowBank>,
    pub told: Arc<Told>,
}

impl Stores {
    pub fn builder(&self) -> AppBuilder {
        App::test()
            .store(WaitingLog::over(self.log.clone()))
            .read_side(Arc::new(self.read_side.clone()))
            .provide::<dyn Bank>(Arc::clone(&self.bank) as Arc<dyn Bank>)
            .provide::<Told>(Arc::clone(&self.told))
    }

    /// What accounts and notes say, in the log's order; without what accounts were opened.
    pub async fn stored(&self) -> Vec<String> {
        let all = Filter::all();
        let page = self.log.read(Partition(0), Position(0), &all, 10_000).await.unwrap();
        page.events.iter().filter(|event| &*event.name != "Opened").map(text).collect()
    }
}

fn text(event: &RecordedEvent) -> String {
    let json: serde_json::Value = serde_json::from_slice(&event.payload).unwrap();
    match &event.stream {
        Some((stream, _)) => format!("{} {}", stream.id(), json["amount"]),
        None => json["about"].as_str().unwrap().to_owned(),
    }
}

/// A running application with the accounts `a` and `b`.
pub struct World {
    pub app: App,
    pub stores: Stores,
    patience: Duration,
}

/// An amount that only a crowd moves.
const CROWDED: i64 = 100;
/// An amount that only the last commands move.
const LAST: i64 = 1000;

impl World {
    pub async fn start() -> Self {
        Self::start_with(|builder| builder, PATIENCE).await
    }

    pub async fn start_with(
        with: impl FnOnce(AppBuilder) -> AppBuilder,
        patience: Duration,
    ) -> Self {
        let stores = Stores::default();
        let app = with(stores.builder()).start().await.unwrap();
        for account in ["a", "b"] {
            app.commands().send(Open { account: account.to_owned(), balance: 0 }).await.unwrap();
        }
        Self { app, stores, patience }
    }

    /// One that has loaded nothing yet.
    pub async fn cold() -> Self {
        let Self { app, stores, patience } = Self::start().await;
        app.shutdown(patience).await.unwrap();
        let app = stores.builder().start().await.unwrap();
        Self { app, stores, patience }
    }

    /// Others who send to both accounts: those behind wait for those before, and so does whoever
    /// comes now.
    pub async fn crowd(&self, size: usize) -> Crowd {
        let mut sending = Vec::new();
        for number in 0..size {
            let account = ["a", "b"][number % 2].to_owned();
            let commands = self.app.commands();
            let deposit = Deposit { account, amount: CROWDED };
            sending.push(tokio::spawn(async move { commands.send(deposit).await }));
        }
        tokio::task::yield_now().await;
        Crowd(sending)
    }

    /// Sends a last command to each account and shuts down, which must both work; then gives what
    /// else is stored. Live state must have been what the log says.
    pub async fn end(self) -> Result<Vec<String>, String> {
        let Self { app, stores, patience } = self;
        let mut balances = Vec::new();
        for account in ["a", "b"] {
            let withdraw = Withdraw { account: account.to_owned(), amount: LAST };
            let sent = tokio::time::timeout(patience, app.commands().send(withdraw)).await;
            let answer = sent.map_err(|_| format!("the next command to `{account}` hangs"))?;
            balances.push(answer.map_err(|error| format!("the next command fails: {error}"))?);
        }
        app.shutdown(patience).await.map_err(|error| error.to_string())?;
        let stored = stores.stored().await;
        for (account, balance) in ["a", "b"].into_iter().zip(balances) {
            let is = balance_at_the_end(&stored, account);
            holds(is == balance, || format!("`{account}` has {is}, its live state {balance}"))?;
        }
        let mut rest = stored;
        for account in ["a", "b"] {
            let last = format!("{account} {}", -LAST);
            let place = rest.iter().position(|text| *text == last);
            let place = place.ok_or("the last command was acknowledged and is not there")?;
            rest.drain(place..place + 2);
        }
        Ok(rest)
    }
}

/// The balance that the log gives an account, up to its last command.
fn balance_at_the_end(stored: &[String], account: &str) -> i64 {
    let mut balance = 0;
    for text in stored {
        let amount =
            text.strip_prefix(account).and_then(|amount| amount.trim().parse::<i64>().ok());
        balance += amount.unwrap_or(0);
        if amount == Some(-LAST) {
            return balance - 1;
        }
    }
    balance
}

/// Commands of others that are under way.
pub struct Crowd(Vec<JoinHandle<Result<(), CommandError<Infallible>>>>);

impl Crowd {
    /// Everybody's command is acknowledged; gives their number.
    pub async fn all_served(self) -> Result<usize, String> {
        let size = self.0.len();
        for sending in self.0 {
            let sent = tokio::time::timeout(PATIENCE, sending).await;
            let sent = sent.map_err(|_| "somebody else's command hangs")?;
            sent.unwrap().map_err(|error| format!("somebody else's command fails: {error}"))?;
        }
        Ok(size)
    }
}

/// Takes out what a crowd of this size stored, each once.
pub fn without_crowd(stored: Vec<String>, size: usize) -> Result<Vec<String>, String> {
    let (crowd, rest): (Vec<_>, Vec<_>) =
        stored.into_iter().partition(|text| text.ends_with(&format!(" {CROWDED}")));
    let count = crowd.len();
    holds(count == size, || format!("{size} were acknowledged, {count} are stored"))?;
    Ok(rest)
}
