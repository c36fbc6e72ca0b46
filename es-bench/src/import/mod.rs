//! `import`: the order app's import of the retailer's file, from the first byte to the last
//! answer, with its projections running beside.
//!
//! The limit inserts the rows of the log that the import wrote, in every table and in batches,
//! without reading a file, deciding, or keeping views.

mod rows;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::{Duration, Instant};

use es_core::app::App;
use es_examples::credit_note::CreditNote;
use es_examples::import::Import;
use es_examples::order::{Bank, HouseBank, Order};
use es_examples::read::{ImportedFile, OrderSummary, Revenue};
use es_examples::retail::{Importer, Rejects, RetailFile, Survey};

use crate::report::{Report, Unit};
use crate::rounds::Rounds;
use crate::{Failure, Options, append};
use rows::LogRows;

/// Where the file is unless `ES_RETAIL_CSV` says otherwise, beside the repository.
const FILE: &str = "../shared/data/online-retail-2010-12-to-2011-05.csv.gz";
/// How long the read side may take to stop.
const PATIENCE: Duration = Duration::from_secs(60);

/// Measures and prints; says so and measures nothing where the file is missing.
///
/// # Errors
/// When the import or the limit fails.
pub fn run(options: &Options) -> Result<(), Failure> {
    let Some(file) = file() else {
        eprintln!("import skipped: set ES_RETAIL_CSV to the retailer's file");
        return Ok(());
    };
    let log = options.fresh_database("import")?;
    let events = import(&file, &log)?.events;
    let rows = LogRows::read(&log)?;
    let samples = Rounds::new(options.rounds.min(3))
        .subject("es", || {
            let path = options.fresh_database("import")?;
            Ok(import(&file, &path)?.per_second())
        })
        .subject("raw", || {
            let path = options.fresh_database("import-raw")?;
            append::prepare_empty(&path)?;
            let start = Instant::now();
            rows.write(&path)?;
            Ok(events as f64 / start.elapsed().as_secs_f64())
        })
        .run()?;
    let report = Report::new("import");
    report.line("events", events as f64, Unit::Count);
    report.line("es", samples.median("es"), Unit::PerSecond);
    report.line("raw", samples.median("raw"), Unit::PerSecond);
    report.line("vs_raw", samples.ratio("es", "raw"), Unit::Times);
    Ok(())
}

fn file() -> Option<PathBuf> {
    let path = match std::env::var_os("ES_RETAIL_CSV") {
        Some(path) => PathBuf::from(path),
        None => Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(FILE),
    };
    path.is_file().then_some(path)
}

/// What one import did.
struct Done {
    events: u64,
    took: Duration,
}

impl Done {
    fn per_second(&self) -> f64 {
        self.events as f64 / self.took.as_secs_f64()
    }
}

fn import(file: &Path, log: &Path) -> Result<Done, Failure> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async {
        let app = App::builder()
            .store(format!("sqlite:{}", log.display()))
            .only::<(Order, CreditNote, Import)>()
            .only::<(OrderSummary, Revenue, ImportedFile)>()
            .provide::<dyn Bank>(Arc::new(HouseBank))
            .start()
            .await?;
        let start = Instant::now();
        let file = RetailFile::at(file)?;
        let survey = Survey::of(&file)?;
        let mut rejects = Rejects::create(log.with_extension("rejects.csv"), &file.rows()?)?;
        let mut answered = |_| {};
        let importer = Importer::new(&app, &survey, &mut rejects, &mut answered);
        importer.run(&file, &AtomicBool::new(false)).await?;
        let took = start.elapsed();
        let events = app.log().head(es_core::event::Partition::default()).await?.0;
        app.shutdown(PATIENCE).await?;
        Ok(Done { events, took })
    })
}
