//! Stories of the read side: what projections, queries and subscribers may rely on.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs, unreachable_pub)]

mod domain;
mod doubles;
mod failures;
#[path = "../common/logs/mod.rs"]
mod logs;
mod lost_tokens;
mod processing_groups;
mod queries;
mod reactions;
mod read_your_writes;
mod restarts;
#[path = "../common/status.rs"]
mod status;
mod subscribers;
mod subscribers_at_shutdown;
mod versions;

use std::sync::Arc;

use es_core::app::{AppBuilder, StartError};
use es_core::prelude::*;
use es_core::projection::{MemoryReadSide, ProcessorState};
use es_core::store::{CommitToken, EventStore, MemoryLog};
use es_core::testing::until;

use domain::{Mischief, Open, Postcards, Take, Till, TillRow};
use status::{LONG, failure};

/// Stores that outlive an application.
#[derive(Clone, Default)]
pub struct World {
    pub log: MemoryLog,
    pub read_side: MemoryReadSide,
    pub mischief: Arc<Mischief>,
    pub postcards: Arc<Postcards>,
}

impl World {
    pub async fn start(&self) -> App {
        self.try_start().await.unwrap()
    }

    pub async fn try_start(&self) -> Result<App, StartError> {
        self.builder().only::<(Till, TillRow)>().start().await
    }

    /// Everything linked, with the reactions that `start` leaves out.
    pub fn builder(&self) -> AppBuilder {
        App::builder()
            .store(self.log.clone())
            .read_side(Arc::new(self.read_side.clone()))
            .provide::<Mischief>(Arc::clone(&self.mischief))
            .provide::<Postcards>(Arc::clone(&self.postcards))
    }
}

/// An application that stores events and shows nothing.
pub async fn writer(log: &MemoryLog) -> App {
    writer_on(Arc::new(log.clone())).await
}

/// The same on any log.
pub async fn writer_on(log: Arc<impl EventStore>) -> App {
    App::builder().store(log as Arc<dyn EventStore>).only::<Till>().start().await.unwrap()
}

/// Ends an application without closing the log, which in memory cannot be opened again.
pub async fn stop(app: App) {
    let handle = app.projection::<TillRow>();
    drop(app);
    until(&handle, |status| status.state == ProcessorState::Stopped).await;
}

pub async fn open(app: &App, till: &str) -> CommitToken {
    let command = Open { till: till.to_owned() };
    app.commands().send_tracked(command).await.unwrap().token
}

pub async fn take(app: &App, till: &str, cents: u64) -> CommitToken {
    let command = Take { till: till.to_owned(), cents };
    app.commands().send_tracked(command).await.unwrap().token
}
