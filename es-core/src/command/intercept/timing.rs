use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::answer::Dispatched;
use super::sending::{DispatchInterceptor, Sending};
use crate::future::BoxFuture;

/// Counts commands by name, and how long they took from the send to the durable answer.
///
/// A clone counts into the same place: give one to the builder, and read the other.
///
/// ```
/// # use es_core::prelude::*;
/// # use es_core::command::Timing;
/// let timing = Timing::new();
/// let app = App::test().dispatch_interceptor(timing.clone());
/// for command in timing.snapshot() {
///     println!("{} {} {:?}", command.name, command.answered, command.within(0.99));
/// }
/// ```
///
/// With the feature `metrics` it also records the histogram `es_command_seconds` with the labels
/// `command` and `outcome`.
#[derive(Debug, Clone, Default)]
pub struct Timing(Arc<Mutex<BTreeMap<&'static str, CommandTiming>>>);

impl Timing {
    /// Nothing counted yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// What was counted so far, ordered by name.
    #[must_use]
    pub fn snapshot(&self) -> Vec<CommandTiming> {
        self.counts().values().cloned().collect()
    }

    /// What was counted of one command; `None` before the first one was answered.
    #[must_use]
    pub fn of(&self, name: &str) -> Option<CommandTiming> {
        self.counts().get(name).cloned()
    }

    // A panic while counting leaves a count that is one too low: better than no counts at all.
    fn counts(&self) -> MutexGuard<'_, BTreeMap<&'static str, CommandTiming>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl DispatchInterceptor for Timing {
    fn intercept<'a>(&'a self, mut sending: Sending<'a>) -> BoxFuture<'a, Dispatched> {
        Box::pin(async move {
            let name = sending.name();
            let start = Instant::now();
            let dispatched = sending.proceed().await;
            let took = start.elapsed();
            self.counts()
                .entry(name)
                .or_insert_with(|| CommandTiming::new(name))
                .count(&dispatched, took);
            #[cfg(feature = "metrics")]
            metrics::histogram!(
                super::names::COMMAND_SECONDS,
                "command" => name,
                "outcome" => dispatched.as_ref().map_or_else(|error| error.kind(), |_| "done")
            )
            .record(took);
            dispatched
        })
    }
}

/// Upper ends of the classes of durations: powers of two in microseconds, so that 32 of them reach
/// beyond an hour.
const CLASSES: usize = 32;

/// How often a command was sent, what became of it, and how long that took.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CommandTiming {
    /// The command's stored name.
    pub name: &'static str,
    /// How many were answered, in whatever way.
    pub answered: u64,
    /// How many of them the domain refused.
    pub rejected: u64,
    /// How many of them failed otherwise: conflicts, vetoes, faults.
    pub failed: u64,
    /// How long all of them took together.
    pub total: Duration,
    /// How long the slowest took.
    pub longest: Duration,
    classes: [u64; CLASSES],
}

impl CommandTiming {
    fn new(name: &'static str) -> Self {
        Self {
            name,
            answered: 0,
            rejected: 0,
            failed: 0,
            total: Duration::ZERO,
            longest: Duration::ZERO,
            classes: [0; CLASSES],
        }
    }

    fn count(&mut self, dispatched: &Dispatched, took: Duration) {
        self.answered += 1;
        match dispatched {
            Ok(_) => {}
            Err(error) if error.is_rejection() => self.rejected += 1,
            Err(_) => self.failed += 1,
        }
        self.total = self.total.saturating_add(took);
        self.longest = self.longest.max(took);
        if let Some(class) = self.classes.get_mut(class_of(took)) {
            *class += 1;
        }
    }

    /// The time within which this share of the commands was answered, rounded up to a power of two
    /// of microseconds: `within(0.99)`.
    #[must_use]
    pub fn within(&self, share: f64) -> Duration {
        let mut so_far = 0;
        for (class, count) in self.classes() {
            so_far += count;
            if so_far as f64 >= share * self.answered as f64 {
                return class.min(self.longest);
            }
        }
        self.longest
    }

    /// How many commands took up to each of these times and longer than the one before it; an
    /// exporter's histogram.
    pub fn classes(&self) -> impl Iterator<Item = (Duration, u64)> {
        let ends = (0..CLASSES).map(|class| Duration::from_micros(1 << class));
        ends.zip(self.classes)
    }
}

/// The first class whose end is not shorter.
fn class_of(took: Duration) -> usize {
    let micros = took.as_nanos().div_ceil(1000).max(1);
    let class = (u128::BITS - (micros - 1).leading_zeros()) as usize;
    class.min(CLASSES - 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_duration_is_in_the_class_whose_end_it_does_not_pass() {
        let ends: Vec<_> = [0, 1, 2, 3, 4, 5, 1024, 1025, u64::MAX]
            .map(|micros| class_of(Duration::from_micros(micros)))
            .into();
        assert_eq!(ends, [0, 0, 1, 2, 2, 3, 10, 11, 31]);
        assert_eq!(class_of(Duration::from_nanos(1001)), 1);
    }

    #[test]
    fn a_share_of_commands_is_found_from_the_classes() {
        let mut timing = CommandTiming::new("Put");
        for micros in [3, 3, 3, 900] {
            timing.count(&Ok(super::super::answer::nothing()), Duration::from_micros(micros));
        }
        assert_eq!(timing.within(0.75), Duration::from_micros(4));
        assert_eq!(timing.within(0.99), Duration::from_micros(900));
        assert_eq!((timing.answered, timing.failed), (4, 0));
    }
}
