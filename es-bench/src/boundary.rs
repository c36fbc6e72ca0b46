//! `boundary`: an append with a condition beside one without, at 10^6 events.
//!
//! Every event has the tag of its order's customer. The condition is that nothing with the tag of
//! the order's customer was stored since the log had 10^6 events, which is as true as it is for a
//! decision that was made right then.

use es_core::event::Position;
use es_core::store::{Append, Condition, Criteria, Criterion, Marker};

use crate::report::{Report, Unit};
use crate::rounds::Rounds;
use crate::scale::{Grown, Stored, addition, customer};
use crate::{Failure, Options};

const EVENTS: u64 = 1_000_000;

/// Appends of a turn, by the number of callers.
const COUNTS: [(u64, u64); 2] = [(1, 2_000), (64, 16_384)];

/// Measures and prints.
///
/// # Errors
/// When a subject fails.
pub fn run(options: &Options) -> Result<(), Failure> {
    let folder = tempfile::Builder::new().prefix("boundary-").tempdir_in(&options.directory)?;
    let path = folder.path().join("log.db");
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(Grown::new(path.clone(), |order| vec![customer(order)]).until(EVENTS))?;
    std::fs::File::open(&path)?.sync_all()?;
    let stored = Stored::new(&path, EVENTS, None);
    let report = Report::new("boundary");
    for (callers, count) in COUNTS {
        let samples = Rounds::new(options.rounds)
            .subject("plain", || stored.append(callers, count, addition))
            .subject("conditional", || stored.append(callers, count, conditional))
            .run()?;
        for subject in ["plain", "conditional"] {
            let microseconds = samples.median(subject);
            report.line(&format!("{subject}{callers}"), microseconds, Unit::Microseconds);
        }
        let ratio = samples.ratio("conditional", "plain");
        report.line(&format!("conditional{callers}_vs_plain"), ratio, Unit::Times);
    }
    Ok(())
}

fn conditional(order: u64, version: u64) -> Result<Append, Failure> {
    let criterion = Criterion { tags: vec![customer(order)], names: Vec::new() };
    let condition =
        Condition { criteria: Criteria(vec![criterion]), after: Marker(Position(EVENTS)) };
    Ok(Append { conditions: vec![condition], ..addition(order, version)? })
}
