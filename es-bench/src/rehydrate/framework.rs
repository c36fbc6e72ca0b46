use std::path::Path;

use es_core::app::{App, AppBuilder};
use tokio::runtime::Runtime;

use crate::Failure;
use crate::order::{Order, add_item, create};

/// es with orders of known lengths in its log.
pub(super) struct Stored {
    runtime: Runtime,
    app: App,
}

/// Commands sent at once while the orders are made.
const AT_ONCE: u64 = 1_000;

/// The id of the order that has `length` events.
pub(super) fn order_of(length: u64) -> String {
    format!("order-of-{length}-events")
}

impl Stored {
    /// Keeps the orders in memory.
    pub(super) fn in_memory(lengths: &[u64]) -> Result<Self, Failure> {
        Self::start(App::test(), lengths)
    }

    /// Keeps the orders in a file.
    pub(super) fn in_sqlite(path: &Path, lengths: &[u64]) -> Result<Self, Failure> {
        let url = format!("sqlite:{}", path.display());
        Self::start(App::builder().store(url), lengths)
    }

    fn start(builder: AppBuilder, lengths: &[u64]) -> Result<Self, Failure> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let app = runtime.block_on(async {
            let app = builder.only::<Order>().start().await?;
            for length in lengths {
                fill(&app, *length).await?;
            }
            Ok::<App, Failure>(app)
        })?;
        Ok(Self { runtime, app })
    }

    /// Restores the order from the log; returns how many lines it has.
    pub(super) fn load(&self, length: u64) -> Result<u64, Failure> {
        let repository = self.app.repository::<Order>();
        let order = self.runtime.block_on(repository.load(&order_of(length)))?;
        Ok(u64::from(order.lines()))
    }
}

async fn fill(app: &App, length: u64) -> Result<(), Failure> {
    let id = order_of(length);
    app.commands().send(create(&id)).await?;
    let mut left = length - 1;
    while left > 0 {
        let mut tasks = tokio::task::JoinSet::new();
        for _ in 0..left.min(AT_ONCE) {
            let commands = app.commands();
            let command = add_item(&id, 1);
            tasks.spawn(async move { commands.send(command).await });
        }
        left -= left.min(AT_ONCE);
        while let Some(task) = tasks.join_next().await {
            task??;
        }
    }
    Ok(())
}
