use std::fmt;

use super::Promise;
use super::check::Unkept;

/// How one promise came out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// It holds.
    Kept,
    /// The engine does not claim it; why.
    Skipped(&'static str),
    /// It does not hold; what was expected and seen.
    Broken(String),
}

/// How an engine kept the contract.
#[derive(Debug, Default)]
pub struct Report {
    outcomes: Vec<(Promise, Outcome)>,
    unopened: Option<String>,
}

impl Report {
    pub(super) fn unopened(unkept: &Unkept) -> Self {
        Self { outcomes: Vec::new(), unopened: Some(unkept.to_string()) }
    }

    pub(super) fn add(&mut self, promise: Promise, outcome: Outcome) {
        self.outcomes.push((promise, outcome));
    }

    /// True if nothing is broken.
    #[must_use]
    pub fn is_kept(&self) -> bool {
        self.unopened.is_none() && self.broken().next().is_none()
    }

    /// Every promise with its outcome, in the order in which they ran.
    #[must_use]
    pub fn outcomes(&self) -> &[(Promise, Outcome)] {
        &self.outcomes
    }

    /// The broken promises, each with what was expected and seen.
    pub fn broken(&self) -> impl Iterator<Item = (&Promise, &str)> {
        self.outcomes.iter().filter_map(|(promise, outcome)| match outcome {
            Outcome::Broken(what) => Some((promise, what.as_str())),
            Outcome::Kept | Outcome::Skipped(_) => None,
        })
    }

    /// The skipped promises, each with the reason.
    pub fn skipped(&self) -> impl Iterator<Item = (&Promise, &'static str)> {
        self.outcomes.iter().filter_map(|(promise, outcome)| match outcome {
            Outcome::Skipped(reason) => Some((promise, *reason)),
            Outcome::Kept | Outcome::Broken(_) => None,
        })
    }
}

/// What is broken or skipped, and why; with `{:#}` every promise with its verdict.
impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(what) = &self.unopened {
            return write!(f, "the log could not be opened: {what}");
        }
        let broken = self.broken().count();
        let skipped = self.skipped().count();
        let kept = self.outcomes.len() - broken - skipped;
        write!(f, "{kept} promises of the log are kept, {broken} broken, {skipped} skipped")?;
        for (promise, outcome) in &self.outcomes {
            match outcome {
                Outcome::Kept if f.alternate() => write!(f, "\n  kept     {promise}")?,
                Outcome::Kept => {}
                Outcome::Broken(what) => write!(f, "\n  broken   {promise}\n           {what}")?,
                Outcome::Skipped(reason) => write!(f, "\n  skipped  {promise} ({reason})")?,
            }
        }
        Ok(())
    }
}
