//! `rehydrate`: an aggregate restored from 10, 1 000 and 100 000 events.
//!
//! The limits decode with `serde_json` and fold by hand: from payloads in memory, and from the
//! rows of the very file es wrote, read by one prepared statement.

mod by_hand;
mod framework;
mod rows;

use std::time::{Duration, Instant};

use crate::report::{Report, Unit};
use crate::rounds::Rounds;
use crate::{Failure, Options};
use framework::{Stored, order_of};
pub(crate) use rows::Rows;

/// The lengths of the streams, and what the metrics call them.
const LENGTHS: [(u64, &str); 3] = [(10, "10"), (1_000, "1000"), (100_000, "100000")];

/// Memory for pages of the connection that reads the rows.
const CACHE_KIB: u32 = 65_536;

/// Measures and prints.
///
/// # Errors
/// When a subject fails.
pub fn run(options: &Options) -> Result<(), Failure> {
    let report = Report::new("rehydrate");
    let memory = Stored::in_memory(&LENGTHS.map(|(length, _)| length))?;
    let path = options.fresh_database("rehydrate")?;
    let sqlite = Stored::in_sqlite(&path, &LENGTHS.map(|(length, _)| length))?;
    for (length, name) in LENGTHS {
        let payloads = by_hand::payloads(length)?;
        let rows = Rows::open(&path, CACHE_KIB)?;
        let stream = rows.stream(&order_of(length))?;
        let turn = options.turn / 4;
        let samples = Rounds::new(options.rounds)
            .subject("mem", || per_second(turn, || memory.load(length)))
            .subject("mem_limit", || per_second(turn, || by_hand::load(&payloads)))
            .subject("sqlite", || per_second(turn, || sqlite.load(length)))
            .subject("sqlite_limit", || per_second(turn, || rows.load(stream)))
            .run()?;
        for subject in ["mem", "mem_limit", "sqlite", "sqlite_limit"] {
            let microseconds = 1e6 / samples.median(subject);
            report.line(&format!("{subject}_{name}"), microseconds, Unit::Microseconds);
        }
        let ratio = |over, under| samples.ratio(over, under);
        report.line(&format!("mem_{name}_vs_limit"), ratio("mem", "mem_limit"), Unit::Times);
        let against_rows = ratio("sqlite", "sqlite_limit");
        report.line(&format!("sqlite_{name}_vs_limit"), against_rows, Unit::Times);
    }
    Ok(())
}

/// Loads again and again for `turn`, at least once; checks the lines of what was loaded.
fn per_second(
    turn: Duration,
    mut load: impl FnMut() -> Result<u64, Failure>,
) -> Result<f64, Failure> {
    let start = Instant::now();
    let mut loads = 0.0;
    loop {
        std::hint::black_box(load()?);
        loads += 1.0;
        if start.elapsed() >= turn {
            return Ok(loads / start.elapsed().as_secs_f64());
        }
    }
}
