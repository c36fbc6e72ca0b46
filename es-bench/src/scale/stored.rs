use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use es_core::app::App;
use es_core::store::{Append, EventStore};
use es_sqlite::SqliteLog;
use tokio::runtime::{Builder, Runtime};
use tokio::task::JoinSet;

use super::orders::{EVENTS_PER_ORDER, id, scatter};
use super::{PATIENCE, READER_CACHE_KIB, WRITER_CACHE_KIB};
use crate::Failure;
use crate::append::raw::RawWriter;
use crate::order::Order;
use crate::rehydrate::Rows;

/// Appends and loads before a turn's time begins, so that caches hold what they hold in the long
/// run; fewer where they would make the log another one.
const WARM_UP: u64 = 30_000;
/// The callers who append them, so that it is soon done.
const WARM_UP_CALLERS: u64 = 64;

/// What is appended to the order with a number and a last sequence.
type Addition = fn(u64, u64) -> Result<Append, Failure>;

/// A log with a known number of events.
pub(crate) struct Stored {
    path: PathBuf,
    /// Where a small log is copied to for each turn, because a turn would make it a larger one.
    copy: Option<PathBuf>,
    orders: Arc<Orders>,
}

/// The orders of a log.
struct Orders {
    /// The last sequence of each.
    versions: Vec<AtomicU64>,
    /// How many numbers were drawn.
    draws: AtomicU64,
}

impl Stored {
    /// A log that turns append to, or, with a place for it, to a copy.
    pub(crate) fn new(path: &Path, events: u64, copy: Option<PathBuf>) -> Self {
        let versions = (0..events / EVENTS_PER_ORDER).map(|_| AtomicU64::default()).collect();
        let orders = Arc::new(Orders { versions, draws: AtomicU64::default() });
        orders.forget_appends();
        Self { path: path.to_owned(), copy, orders }
    }

    /// Appends to random orders, `count` times in all from `callers` tasks; returns microseconds
    /// of the wall per append.
    pub(crate) fn append(
        &self,
        callers: u64,
        count: u64,
        addition: Addition,
    ) -> Result<f64, Failure> {
        self.prepare()?;
        Builder::new_multi_thread().enable_all().build()?.block_on(async {
            let log = Arc::new(SqliteLog::open_url(&self.url())?);
            let each = self.warm_up() / WARM_UP_CALLERS;
            self.call(&log, WARM_UP_CALLERS, each, addition).await?;
            let start = Instant::now();
            self.call(&log, callers, count / callers, addition).await?;
            let microseconds = start.elapsed().as_secs_f64() * 1e6 / count as f64;
            log.close().await;
            Ok(microseconds)
        })
    }

    /// Writes the rows of such appends by hand for `turn`, in transactions of `batch`; returns
    /// microseconds of the wall per append.
    ///
    /// What is appended afterwards expects orders as they were before.
    pub(crate) fn append_by_hand(&self, batch: usize, turn: Duration) -> Result<f64, Failure> {
        self.prepare()?;
        Ok(1e6 / RawWriter::open(self.in_turn())?.turn(batch, turn)?)
    }

    async fn call(
        &self,
        log: &Arc<SqliteLog>,
        callers: u64,
        each: u64,
        addition: Addition,
    ) -> Result<(), Failure> {
        let mut tasks = JoinSet::new();
        for caller in 0..callers {
            let (log, orders) = (Arc::clone(log), Arc::clone(&self.orders));
            tasks.spawn(async move {
                for _ in 0..each {
                    // Each caller has orders of its own, so that none waits for another's.
                    let order = orders.draw(callers) + caller;
                    let version = orders.versions.get(order as usize).ok_or("no such order")?;
                    let batch = addition(order, version.fetch_add(1, Ordering::Relaxed))?;
                    log.reserve(None).await?.append(batch).await?;
                }
                Ok::<(), Failure>(())
            });
        }
        while let Some(task) = tasks.join_next().await {
            task??;
        }
        Ok(())
    }

    /// Restores `count` random orders; returns microseconds of the wall per order.
    pub(crate) fn load(&self, count: u64) -> Result<f64, Failure> {
        self.prepare()?;
        let runtime = Builder::new_current_thread().enable_all().build()?;
        let app = runtime.block_on(App::builder().store(self.url()).only::<Order>().start())?;
        self.load_some(&runtime, &app, self.warm_up())?;
        let start = Instant::now();
        self.load_some(&runtime, &app, count)?;
        let microseconds = start.elapsed().as_secs_f64() * 1e6 / count as f64;
        runtime.block_on(app.shutdown(PATIENCE))?;
        Ok(microseconds)
    }

    fn load_some(&self, runtime: &Runtime, app: &App, count: u64) -> Result<(), Failure> {
        let repository = app.repository::<Order>();
        for _ in 0..count {
            let order = runtime.block_on(repository.load(&id(self.orders.draw(1))))?;
            std::hint::black_box(order.lines());
        }
        Ok(())
    }

    /// Restores `count` random orders by hand from their rows; returns microseconds of the wall per
    /// order.
    pub(crate) fn load_by_hand(&self, count: u64) -> Result<f64, Failure> {
        self.prepare()?;
        let rows = Rows::open(self.in_turn(), READER_CACHE_KIB)?;
        let load = || {
            // The streams are numbered from 1.
            let stream = i64::try_from(self.orders.draw(1) + 1)?;
            std::hint::black_box(rows.load(stream)?);
            Ok::<(), Failure>(())
        };
        (0..self.warm_up()).try_for_each(|_| load())?;
        let start = Instant::now();
        (0..count).try_for_each(|_| load())?;
        Ok(start.elapsed().as_secs_f64() * 1e6 / count as f64)
    }

    fn warm_up(&self) -> u64 {
        WARM_UP.min(self.orders.versions.len() as u64)
    }

    /// Makes the log what it was before every turn, if it is copied for that.
    fn prepare(&self) -> Result<(), Failure> {
        let Some(copy) = &self.copy else { return Ok(()) };
        std::fs::copy(&self.path, copy)?;
        // The disk would still be busy with the copy during the turn.
        std::fs::File::open(copy)?.sync_all()?;
        self.orders.forget_appends();
        Ok(())
    }

    /// Where a turn finds the log.
    fn in_turn(&self) -> &Path {
        self.copy.as_ref().unwrap_or(&self.path)
    }

    fn url(&self) -> String {
        let caches =
            format!("page_cache_kib={WRITER_CACHE_KIB}&reader_cache_kib={READER_CACHE_KIB}");
        format!("sqlite:{}?{caches}", self.in_turn().display())
    }
}

impl Orders {
    /// A random order among those whose number is a multiple of `step`.
    fn draw(&self, step: u64) -> u64 {
        let draw = scatter(self.draws.fetch_add(1, Ordering::Relaxed));
        draw % (self.versions.len() as u64 / step) * step
    }

    fn forget_appends(&self) {
        for version in &self.versions {
            version.store(EVENTS_PER_ORDER - 1, Ordering::Relaxed);
        }
    }
}
