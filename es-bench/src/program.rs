//! Programs that measure on our behalf, a turn at a time.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use crate::Failure;

/// A program that writes lines `measured METRIC VALUE` to standard error.
#[derive(Clone, Debug)]
pub struct Program(PathBuf);

/// What one run of a program measured, by metric.
#[derive(Clone, Debug)]
pub struct Measured(BTreeMap<String, f64>);

impl Program {
    /// The program at `path`.
    #[must_use]
    pub fn new(path: PathBuf) -> Self {
        Self(path)
    }

    /// The program called `name` that was built beside the running one.
    ///
    /// # Errors
    /// When it was not built.
    pub fn beside_us(name: &str) -> Result<Self, Failure> {
        let path = std::env::current_exe()?.with_file_name(name);
        if path.is_file() {
            return Ok(Self(path));
        }
        Err(format!("`{name}` is missing; build it with `cargo build --release -p es-bench`")
            .into())
    }

    /// Runs the program to its end.
    ///
    /// Standard output goes nowhere: cqrs-es prints there on every load and commit in memory.
    ///
    /// # Errors
    /// When the program fails; the message holds what it wrote.
    pub fn run<A: AsRef<OsStr>>(
        &self,
        arguments: impl IntoIterator<Item = A>,
    ) -> Result<Measured, Failure> {
        let output = Command::new(&self.0)
            .args(arguments)
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .output()?;
        let written = String::from_utf8_lossy(&output.stderr);
        if !output.status.success() {
            return Err(format!("`{}` failed: {written}", self.0.display()).into());
        }
        Ok(Measured(written.lines().filter_map(measured).collect()))
    }
}

impl Measured {
    /// Returns one figure.
    ///
    /// # Errors
    /// When the program did not measure it.
    pub fn figure(&self, metric: &str) -> Result<f64, Failure> {
        let missing = || format!("the program did not measure `{metric}`");
        Ok(self.0.get(metric).copied().ok_or_else(missing)?)
    }
}

/// Reads a line `measured METRIC VALUE`.
fn measured(line: &str) -> Option<(String, f64)> {
    let (metric, value) = line.strip_prefix("measured ")?.split_once(' ')?;
    Some((metric.to_owned(), value.parse().ok()?))
}
