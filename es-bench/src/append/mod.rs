//! `append`: durable commands on SQLite, each answered after its flush.
//!
//! Callers add items, each waiting for its answer: 1, 64 and 1 024 of them, spread over orders or
//! all on one. The limit writes the same rows by hand, in transactions of as many commands as
//! there are callers, because a group can hold no more. sqlite-es runs with `synchronous=FULL`,
//! without which it loses acknowledged commits at a power cut.
//!
//! Every turn begins with a new file.

mod framework;
pub(crate) mod raw;

pub(crate) use framework::prepare_empty;

use crate::program::Program;
use crate::report::{Report, Unit};
use crate::rounds::Rounds;
use crate::{Failure, Options, peers};
use raw::RawWriter;

/// Orders that spread callers work on.
const ORDERS: u64 = 5_000;
/// The same for sqlite-es, which takes seconds to create more.
const PEER_ORDERS: u64 = 500;

/// The figures in the order they are printed.
const SUBJECTS: [&str; 10] = [
    "c1",
    "raw_1",
    "c64",
    "raw_64",
    "c1024",
    "raw_1024",
    "hot_c64",
    "hot_c1024",
    "sqlite_es_c1",
    "sqlite_es_c64",
];

/// Measures and prints.
///
/// # Errors
/// When a subject fails.
pub fn run(options: &Options) -> Result<(), Failure> {
    let (peer, _) = peers::build()?;
    let es = |callers: u64, orders: u64| {
        let path = options.fresh_database("append")?;
        framework::turn(&path, callers, orders, options.turn)
    };
    let raw = |batch: usize| {
        let path = options.fresh_database("append")?;
        framework::prepare(&path, ORDERS)?;
        RawWriter::open(&path)?.turn(batch, options.turn)
    };
    let samples = Rounds::new(options.rounds)
        .subject("c1", || es(1, ORDERS))
        .subject("raw_1", || raw(1))
        .subject("c64", || es(64, ORDERS))
        .subject("raw_64", || raw(64))
        .subject("hot_c64", || es(64, 1))
        .subject("sqlite_es_c64", || sqlite_es(options, &peer, 64))
        .subject("c1024", || es(1_024, ORDERS))
        .subject("raw_1024", || raw(1_024))
        .subject("hot_c1024", || es(1_024, 1))
        .subject("sqlite_es_c1", || sqlite_es(options, &peer, 1))
        .run()?;
    let report = Report::new("append");
    for subject in SUBJECTS {
        report.line(subject, samples.median(subject), Unit::PerSecond);
    }
    report.line("c1_vs_raw", samples.ratio("c1", "raw_1"), Unit::Times);
    report.line("c64_vs_raw", samples.ratio("c64", "raw_64"), Unit::Times);
    report.line("c1024_vs_raw", samples.ratio("c1024", "raw_1024"), Unit::Times);
    report.line("hot_vs_spread", samples.ratio("hot_c64", "c64"), Unit::Times);
    report.line("c64_vs_sqlite_es", samples.ratio("c64", "sqlite_es_c64"), Unit::Times);
    Ok(())
}

fn sqlite_es(options: &Options, peer: &Program, callers: u64) -> Result<f64, Failure> {
    let path = options.fresh_database("append-sqlite-es")?;
    let arguments = [
        "append".to_owned(),
        path.display().to_string(),
        callers.to_string(),
        PEER_ORDERS.to_string(),
        options.turn.as_millis().to_string(),
    ];
    peer.run(arguments)?.figure("commands_per_second")
}
