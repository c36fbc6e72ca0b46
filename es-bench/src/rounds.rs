//! Subjects that take turns, so that a ratio compares neighbours in time.

use std::collections::BTreeMap;

use crate::Failure;

type Turn<'t> = Box<dyn FnMut() -> Result<f64, Failure> + 't>;

/// Subjects measured in turns.
///
/// Every second round runs backwards, so that a machine that slows down hurts all alike.
pub struct Rounds<'t> {
    count: usize,
    subjects: Vec<(&'static str, Turn<'t>)>,
}

/// What each subject measured, one figure a round.
#[derive(Debug, Default)]
pub struct Samples {
    by_subject: BTreeMap<&'static str, Vec<f64>>,
}

impl<'t> Rounds<'t> {
    /// Plans `count` rounds, at least one.
    #[must_use]
    pub fn new(count: usize) -> Self {
        Self { count: count.max(1), subjects: Vec::new() }
    }

    /// Adds a subject; `turn` measures it once.
    #[must_use]
    pub fn subject(
        mut self,
        name: &'static str,
        turn: impl FnMut() -> Result<f64, Failure> + 't,
    ) -> Self {
        self.subjects.push((name, Box::new(turn)));
        self
    }

    /// Runs all rounds.
    ///
    /// # Errors
    /// The first failure of a turn, with the subject's name.
    pub fn run(mut self) -> Result<Samples, Failure> {
        let mut samples = Samples::default();
        for _ in 0..self.count {
            for (name, turn) in &mut self.subjects {
                let figure = turn().map_err(|failure| format!("`{name}` failed: {failure}"))?;
                samples.by_subject.entry(name).or_default().push(figure);
            }
            self.subjects.reverse();
        }
        Ok(samples)
    }
}

impl Samples {
    /// Returns the median of a subject's figures; 0 if it took no turn.
    #[must_use]
    pub fn median(&self, subject: &str) -> f64 {
        median(self.by_subject.get(subject).cloned().unwrap_or_default())
    }

    /// Returns the median over the rounds of `over` divided by `under`.
    #[must_use]
    pub fn ratio(&self, over: &str, under: &str) -> f64 {
        let (Some(over), Some(under)) = (self.by_subject.get(over), self.by_subject.get(under))
        else {
            return 0.0;
        };
        median(over.iter().zip(under).map(|(over, under)| over / under).collect())
    }
}

fn median(mut figures: Vec<f64>) -> f64 {
    figures.sort_by(f64::total_cmp);
    let middle = figures.len() / 2;
    let upper = figures.get(middle).copied().unwrap_or_default();
    match figures.len() % 2 {
        0 if middle > 0 => {
            let lower = figures.get(middle - 1).copied().unwrap_or_default();
            f64::midpoint(lower, upper)
        }
        _ => upper,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn subjects_take_turns_and_every_second_round_runs_backwards() {
        let order = std::cell::RefCell::new(String::new());
        let turn = |letter: char| {
            let order = &order;
            move || {
                order.borrow_mut().push(letter);
                Ok(1.0)
            }
        };
        let samples = Rounds::new(3).subject("a", turn('a')).subject("b", turn('b')).run();
        assert!(samples.is_ok());
        assert_eq!(order.into_inner(), "abbaab");
    }

    #[test]
    fn a_ratio_is_the_median_of_the_rounds_ratios() {
        let mut samples = Samples::default();
        samples.by_subject.insert("fast", vec![10.0, 100.0, 30.0]);
        samples.by_subject.insert("slow", vec![5.0, 10.0, 10.0]);
        assert!((samples.ratio("fast", "slow") - 3.0).abs() < 1e-9);
        assert!((samples.median("fast") - 30.0).abs() < 1e-9);
        assert!((median(vec![1.0, 2.0]) - 1.5).abs() < 1e-9);
    }
}
