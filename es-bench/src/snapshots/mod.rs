//! `snapshots`: a basket of 100 000 events that has a snapshot beside one of ten events.
//!
//! Ten events were stored since the snapshot was taken, so both loads fold ten.

mod basket;

use std::time::{Duration, Instant};

use es_core::app::App;
use tokio::runtime::Runtime;

use crate::report::{Report, Unit};
use crate::rounds::Rounds;
use crate::{Failure, Options};
use basket::{Basket, Fill};

/// How long stopping may take.
const PATIENCE: Duration = Duration::from_secs(10);

const SHORT: usize = 10;
const LONG: usize = 100_000;
/// Articles of one command: as many as lead to a snapshot.
const AT_ONCE: usize = 1_000;

/// Measures and prints.
///
/// # Errors
/// When a subject fails.
pub fn run(options: &Options) -> Result<(), Failure> {
    let folder = tempfile::Builder::new().prefix("snapshots-").tempdir_in(&options.directory)?;
    let url = format!("sqlite:{}", folder.path().join("log.db").display());
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let app = runtime.block_on(async {
        let app = App::builder().store(url).only::<Basket>().start().await?;
        fill(&app, "short", SHORT).await?;
        fill(&app, "long", LONG).await?;
        fill(&app, "long", SHORT).await?;
        Ok::<App, Failure>(app)
    })?;
    let turn = options.turn / 4;
    let samples = Rounds::new(options.rounds)
        .subject("short", || microseconds(&runtime, &app, turn, ("short", SHORT)))
        .subject("long", || microseconds(&runtime, &app, turn, ("long", LONG + SHORT)))
        .run()?;
    runtime.block_on(app.shutdown(PATIENCE))?;
    let report = Report::new("snapshots");
    report.line("load_10", samples.median("short"), Unit::Microseconds);
    report.line("load_100000", samples.median("long"), Unit::Microseconds);
    report.line("load_100000_vs_10", samples.ratio("long", "short"), Unit::Times);
    Ok(())
}

async fn fill(app: &App, basket: &str, articles: usize) -> Result<(), Failure> {
    for first in (0..articles).step_by(AT_ONCE) {
        let articles = AT_ONCE.min(articles - first);
        app.commands().send(Fill { basket_id: basket.to_owned(), articles }).await?;
    }
    Ok(())
}

/// Restores a basket again and again for `turn`; returns microseconds per load.
fn microseconds(
    runtime: &Runtime,
    app: &App,
    turn: Duration,
    (id, articles): (&str, usize),
) -> Result<f64, Failure> {
    let repository = app.repository::<Basket>();
    let start = Instant::now();
    let mut loads = 0.0;
    while start.elapsed() < turn {
        let basket = runtime.block_on(repository.load(&id.to_owned()))?;
        if basket.quantity() != 3 * articles as u64 {
            return Err(format!("`{id}` has {} articles", basket.quantity()).into());
        }
        loads += 1.0;
    }
    Ok(start.elapsed().as_secs_f64() * 1e6 / loads)
}
