//! The contract suite of the read side: every promise of [`ReadSide`] as something that runs.
//!
//! A promise is a function whose name is the sentence; each runs on a read side of its own, on a
//! thread where blocking is allowed, because a read side blocks.

mod isolation;
mod rows;
mod scans;
mod stage;
mod tokens;

use std::fmt;
use std::sync::Arc;

use super::Outcome;
use super::check::{Unkept, Verdict};
use crate::fault::Fault;
use crate::projection::{ReadSide, ReadSideError};

use stage::Stage;

/// Opens read sides of one engine for the contract suite.
pub trait ReadSideHarness: Send + Sync + 'static {
    /// Opens the read side of a name.
    ///
    /// The first call with a name gives a new, empty one. Where [`ReadSideHarness::is_durable`], a
    /// further call after [`ReadSide::close`] opens the same one again.
    ///
    /// # Errors
    /// Whatever goes wrong; the promise counts as broken.
    fn open(&self, name: &str) -> Result<Arc<dyn ReadSide>, Fault>;

    /// True if a read side survives its closing.
    fn is_durable(&self) -> bool;
}

type Check = fn(&Stage) -> Verdict;

/// Lists the promises of one file: functions from `&Stage` to `Verdict`.
macro_rules! promises {
    ($($name:ident),+ $(,)?) => {
        pub(super) const PROMISES: &[(&str, super::Check)] = &[$((stringify!($name), $name)),+];
    };
}

use promises;

/// Runs every promise against an engine.
///
/// # Panics
/// A promise is broken; the message lists all broken ones with what was expected and seen.
pub async fn read_side(harness: impl ReadSideHarness) {
    let report = read_side_report(harness).await;
    assert!(report.is_kept(), "{report}");
}

/// Runs every promise against an engine and tells how each came out.
pub async fn read_side_report(harness: impl ReadSideHarness) -> ReadSideReport {
    let harness: Arc<dyn ReadSideHarness> = Arc::new(harness);
    let all = [rows::PROMISES, scans::PROMISES, isolation::PROMISES, tokens::PROMISES].concat();
    let mut report = ReadSideReport { outcomes: Vec::new() };
    for (number, (name, check)) in all.into_iter().enumerate() {
        let harness = Arc::clone(&harness);
        let checked = tokio::task::spawn_blocking(move || {
            let stage = Stage::open(harness, format!("read-side-{number}"))?;
            check(&stage)
        });
        report.outcomes.push((
            name,
            match checked.await {
                Ok(Ok(())) => Outcome::Kept,
                Ok(Err(Unkept::NotApplicable(reason))) => Outcome::Skipped(reason),
                Ok(Err(Unkept::Broken(what))) => Outcome::Broken(what),
                Err(panic) => Outcome::Broken(panic.to_string()),
            },
        ));
    }
    report
}

/// How an engine kept the read side's contract.
#[derive(Debug)]
pub struct ReadSideReport {
    outcomes: Vec<(&'static str, Outcome)>,
}

impl ReadSideReport {
    /// True if nothing is broken.
    #[must_use]
    pub fn is_kept(&self) -> bool {
        self.broken().next().is_none()
    }

    /// Every promise with its outcome, in the order in which they ran.
    #[must_use]
    pub fn outcomes(&self) -> &[(&'static str, Outcome)] {
        &self.outcomes
    }

    /// The broken promises, each with what was expected and seen.
    pub fn broken(&self) -> impl Iterator<Item = (&'static str, &str)> {
        self.outcomes.iter().filter_map(|(name, outcome)| match outcome {
            Outcome::Broken(what) => Some((*name, what.as_str())),
            Outcome::Kept | Outcome::Skipped(_) => None,
        })
    }
}

impl fmt::Display for ReadSideReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let broken = self.broken().count();
        write!(f, "of {} promises of the read side {broken} are broken", self.outcomes.len())?;
        for (name, what) in self.broken() {
            write!(f, "\n  broken  {}\n          {what}", name.replace('_', " "))?;
        }
        Ok(())
    }
}

impl From<ReadSideError> for Unkept {
    fn from(error: ReadSideError) -> Self {
        Self::Broken(format!("expected the read side to do it, but: {error}"))
    }
}
