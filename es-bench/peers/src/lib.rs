//! The peers es is measured beside, each doing the work of es-bench's own benchmarks.
//!
//! The programs print their raw measurements to standard error, because cqrs-es itself prints to
//! standard output on every load and commit of its in-memory store; es-bench sends that nowhere.

pub mod append;
pub mod dispatch;
mod json_rows;
pub mod order;
// The clock of both programs is one file.
#[path = "../../src/own_time.rs"]
pub mod own_time;

use std::fmt::Display;

/// Whatever stops a benchmark.
pub type Failure = Box<dyn std::error::Error + Send + Sync>;

/// Prints one raw measurement for es-bench.
pub fn report(metric: &str, value: impl Display) {
    eprintln!("measured {metric} {value}");
}
