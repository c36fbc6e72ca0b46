//! `scale`: what an append and a load cost as the log grows from 10^4 to 10^7 events.
//!
//! The appends go to random orders that exist, straight to the log. The loads restore random
//! orders of ten events, each of which lies on another page of the file. The limits read the rows
//! by hand, and write the same rows, 64 in a transaction.
//!
//! The log grows in a folder that is removed afterwards, and is copied at each size. 10^7 events
//! and the copies take 3 GB, and some two minutes to write.

mod grown;
mod orders;
mod stored;

use std::path::Path;
use std::time::Duration;

use crate::report::{Report, Unit};
use crate::rounds::Rounds;
use crate::{Failure, Options};
pub(crate) use grown::Grown;
pub(crate) use orders::{addition, customer};
pub(crate) use stored::Stored;

/// How long stopping may take.
const PATIENCE: Duration = Duration::from_secs(10);

const SIZES: [(u64, &str); 4] =
    [(10_000, "1e4"), (100_000, "1e5"), (1_000_000, "1e6"), (10_000_000, "1e7")];

/// Memory for pages of the connection that writes: the engine's default.
const WRITER_CACHE_KIB: u32 = 65_536;

/// The same for each connection that reads.
const READER_CACHE_KIB: u32 = 8_192;

/// Logs up to this size would be noticeably larger after a turn.
const SMALL: u64 = 100_000;

/// What is measured: how it is called, and how many times a turn does it.
enum Work {
    Append { callers: u64, count: u64 },
    Load { count: u64 },
    AppendByHand { batch: usize },
    LoadByHand { count: u64 },
}

const WORKS: [(&str, Work); 5] = [
    ("append1", Work::Append { callers: 1, count: 2_000 }),
    ("append64", Work::Append { callers: 64, count: 16_384 }),
    ("load", Work::Load { count: 10_000 }),
    ("raw_load", Work::LoadByHand { count: 10_000 }),
    // The last, because it moves the orders on past what the others know of them.
    ("raw64", Work::AppendByHand { batch: 64 }),
];

/// Measures and prints.
///
/// # Errors
/// When a subject fails.
pub fn run(options: &Options) -> Result<(), Failure> {
    let report = Report::new("scale");
    report.line("writer_cache_mib", f64::from(WRITER_CACHE_KIB) / 1024.0, Unit::Count);
    report.line("reader_cache_mib", f64::from(READER_CACHE_KIB) / 1024.0, Unit::Count);
    let folder = tempfile::Builder::new().prefix("scale-").tempdir_in(&options.directory)?;
    let logs = grow(folder.path(), options.events)?;
    for (name, work) in WORKS {
        let mut rounds = Rounds::new(options.rounds);
        for (size, stored) in &logs {
            rounds = rounds.subject(size, || match work {
                Work::Append { callers, count } => stored.append(callers, count, addition),
                Work::Load { count } => stored.load(count),
                Work::AppendByHand { batch } => stored.append_by_hand(batch, options.turn),
                Work::LoadByHand { count } => stored.load_by_hand(count),
            });
        }
        let samples = rounds.run()?;
        for (size, _) in &logs {
            report.line(&format!("{name}_at_{size}"), samples.median(size), Unit::Microseconds);
        }
        for (size, _) in logs.iter().skip(1) {
            report.line(&format!("{name}_{size}"), samples.ratio(size, "1e4"), Unit::Times);
        }
    }
    Ok(())
}

/// Grows one log up to `largest` events, and keeps a copy of it at each size.
fn grow(folder: &Path, largest: u64) -> Result<Vec<(&'static str, Stored)>, Failure> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let mut grown = Grown::new(folder.join("growing.db"), |_| Vec::new());
    let sizes: Vec<_> = SIZES.into_iter().filter(|(events, _)| *events <= largest).collect();
    let mut logs = Vec::new();
    for (events, name) in &sizes {
        let path = runtime.block_on(grown.until(*events))?;
        let kept = folder.join(format!("{name}.db"));
        if logs.len() + 1 == sizes.len() {
            // A copy of the largest would take twice the disk.
            std::fs::rename(path, &kept)?;
        } else {
            std::fs::copy(path, &kept)?;
        }
        // The disk would still be busy with it during the turns.
        std::fs::File::open(&kept)?.sync_all()?;
        let copy = (*events <= SMALL).then(|| folder.join("turn.db"));
        logs.push((*name, Stored::new(&kept, *events, copy)));
    }
    Ok(logs)
}
