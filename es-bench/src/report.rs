//! The lines a benchmark prints.

use std::fmt;

/// Prints the measurements of one benchmark as `NAME metric value unit`.
#[derive(Clone, Copy, Debug)]
pub struct Report {
    bench: &'static str,
}

/// What a figure counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// How many times as fast as the other subject.
    Times,
    /// Events or commands per second.
    PerSecond,
    /// Microseconds.
    Microseconds,
    /// Seconds.
    Seconds,
    /// A plain number.
    Count,
}

impl fmt::Display for Unit {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Times => "x",
            Self::PerSecond => "1/s",
            Self::Microseconds => "us",
            Self::Seconds => "s",
            Self::Count => "n",
        })
    }
}

impl Report {
    /// Speaks for one benchmark.
    #[must_use]
    pub fn new(bench: &'static str) -> Self {
        Self { bench }
    }

    /// Prints one figure.
    pub fn line(self, metric: &str, value: f64, unit: Unit) {
        println!("{} {metric} {} {unit}", self.bench, round(value, unit));
    }
}

/// Writes as many digits as mean something.
fn round(value: f64, unit: Unit) -> String {
    match unit {
        Unit::PerSecond => format!("{value:.0}"),
        Unit::Times | Unit::Microseconds | Unit::Seconds => format!("{value:.2}"),
        Unit::Count => format!("{value:.1}"),
    }
}
