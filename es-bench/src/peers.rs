//! Runs the peers' program, a turn at a time.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::Failure;

/// The peers' programs, built.
#[derive(Debug)]
pub struct Peers {
    programs: PathBuf,
}

/// What one turn of a peer measured, by metric.
pub type Measured = BTreeMap<String, f64>;

impl Peers {
    /// Builds the peers.
    ///
    /// # Errors
    /// When cargo fails.
    pub fn build() -> Result<Self, Failure> {
        let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).join("peers");
        let target = match std::env::var_os("CARGO_TARGET_DIR") {
            Some(target) => PathBuf::from(target),
            None => workspace.join("target"),
        };
        let status = Command::new(crate::options::cargo())
            .args(["build", "--release", "--quiet", "--manifest-path"])
            .arg(workspace.join("Cargo.toml"))
            .arg("--target-dir")
            .arg(&target)
            .status()?;
        if !status.success() {
            return Err("the peers do not build; the output of cargo above says why".into());
        }
        Ok(Self {
            programs: target.join("release"),
        })
    }

    /// Runs `program` and returns what it measured.
    ///
    /// Standard output goes nowhere: cqrs-es prints there on every load and commit in memory.
    ///
    /// # Errors
    /// When the program fails; the message holds what it wrote.
    pub fn run<A: AsRef<OsStr>>(
        &self,
        program: &str,
        arguments: impl IntoIterator<Item = A>,
    ) -> Result<Measured, Failure> {
        let output = Command::new(self.programs.join(program))
            .args(arguments)
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .output()?;
        let written = String::from_utf8_lossy(&output.stderr);
        if !output.status.success() {
            return Err(format!("the peers' program `{program}` failed: {written}").into());
        }
        Ok(written.lines().filter_map(measured).collect())
    }

    /// Runs `program` and returns one of its metrics.
    ///
    /// # Errors
    /// When the program fails or does not print that metric.
    pub fn figure<A: AsRef<OsStr>>(
        &self,
        program: &str,
        arguments: impl IntoIterator<Item = A>,
        metric: &str,
    ) -> Result<f64, Failure> {
        let measured = self.run(program, arguments)?;
        let missing = || format!("the peers' program `{program}` did not measure `{metric}`");
        Ok(measured.get(metric).copied().ok_or_else(missing)?)
    }
}

/// Reads a line `measured METRIC VALUE`.
fn measured(line: &str) -> Option<(String, f64)> {
    let (metric, value) = line.strip_prefix("measured ")?.split_once(' ')?;
    Some((metric.to_owned(), value.parse().ok()?))
}
