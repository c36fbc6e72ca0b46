//! `dispatch`: commands in memory, one caller, events encoded as JSON.
//!
//! Create an order, add ten items, cancel it; the next order. The limit calls the handlers
//! directly; cqrs-es runs on its own in-memory store, and on rows of JSON text in memory, which
//! is what es and every database do.
//!
//! One thread does all the work, so what counts is the time it spends on a processor. After 1 000
//! orders each subject begins anew, store and all: what is compared is the way of a command, not
//! how memory grows without bounds.

mod direct;
mod framework;

pub use direct::Direct;
pub use framework::Framework;

use crate::program::Program;
use crate::report::{Report, Unit};
use crate::rounds::Rounds;
use crate::{Failure, Options, peers};

/// Commands sent to one order.
pub const COMMANDS_PER_ORDER: u64 = 12;
/// Orders after which every subject begins anew with an empty store.
const ORDERS_PER_STORE: u64 = 1_000;

/// Measures and prints.
///
/// # Errors
/// When a subject fails.
pub fn run(options: &Options) -> Result<(), Failure> {
    let (peers, peer_allocations) = peers::build()?;
    let milliseconds = options.turn.as_millis().to_string();
    let peer = |store: &'static str| {
        peers.run(["dispatch", store, &milliseconds])?.figure("commands_per_second")
    };
    let samples = Rounds::new(options.rounds)
        .subject("es", || framework::turn(options.turn))
        .subject("direct", || direct::turn(options.turn))
        .subject("cqrs_es_mem", || peer("mem"))
        .subject("cqrs_es_json", || peer("json"))
        .run()?;
    let report = Report::new("dispatch");
    for subject in ["es", "direct", "cqrs_es_mem", "cqrs_es_json"] {
        report.line(subject, samples.median(subject), Unit::PerSecond);
    }
    report.line("vs_direct", samples.ratio("es", "direct"), Unit::Times);
    report.line("vs_cqrs_es_mem", samples.ratio("es", "cqrs_es_mem"), Unit::Times);
    report.line("vs_cqrs_es_json", samples.ratio("es", "cqrs_es_json"), Unit::Times);
    allocations(report, &peer_allocations)
}

/// Counts allocations, in programs of their own: counting costs time.
fn allocations(report: Report, peers: &Program) -> Result<(), Failure> {
    let ours = Program::beside_us("es-bench-allocations")?.run([""; 0])?;
    report.line("allocations", ours.figure("es_allocations")?, Unit::Count);
    report.line("direct_allocations", ours.figure("direct_allocations")?, Unit::Count);
    let theirs = peers.run([""; 0])?;
    report.line("cqrs_es_mem_allocations", theirs.figure("mem_allocations")?, Unit::Count);
    report.line("cqrs_es_json_allocations", theirs.figure("json_allocations")?, Unit::Count);
    Ok(())
}
