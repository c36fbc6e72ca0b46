use std::time::{Duration, Instant};

use super::answer::Dispatched;
use super::sending::{DispatchInterceptor, Sending};
use crate::command::{CommandError, CommandMessage, Rejection};
use crate::future::BoxFuture;

/// Sends a command again when that can help, as its policy says.
///
/// It is sent under the same id, so that one which was carried out without anybody knowing is
/// answered from memory and not carried out twice, as long as the log [remembers
/// it](crate::event::CommandId): wait for less, or give commands their ids. What the domain
/// refuses, and every other failure that sending again cannot mend
/// ([`CommandError::is_retryable`]), goes to the caller at once; so does the last failure when the
/// deadline would pass while waiting.
///
/// Once an attempt may have been stored ([`CommandError::OutcomeUnknown`]), that is what the caller
/// is told at last, however later attempts fail, unless one succeeds or the domain refuses.
///
/// ```
/// # use es_core::prelude::*;
/// # use es_core::command::{Backoff, Retry};
/// # use std::time::Duration;
/// let retry = Retry::new(
///     Backoff::starting_at(Duration::from_millis(50)).at_most(Duration::from_secs(2)).attempts(5),
/// );
/// let app = App::test().dispatch_interceptor(retry);
/// ```
///
/// What fails after a handler with effects outside has begun is not sent again either, unless that
/// handler says `#[command_handler(retry)]` ([`CommandError::has_effects`]).
pub struct Retry<P = Backoff> {
    policy: P,
}

impl<P: RetryPolicy> Retry<P> {
    /// Sends again as this policy says.
    pub fn new(policy: P) -> Self {
        Self { policy }
    }

    fn wait(
        &self,
        sending: &Sending<'_>,
        failures: &[CommandError<Rejection>],
    ) -> Option<Duration> {
        let wait = self.policy.wait(&sending.message(), failures)?;
        let is_in_time = sending.deadline().is_none_or(|deadline| {
            Instant::now().checked_add(wait).is_some_and(|then| then < deadline)
        });
        is_in_time.then_some(wait)
    }
}

impl<P: RetryPolicy> DispatchInterceptor for Retry<P> {
    fn intercept<'a>(&'a self, mut sending: Sending<'a>) -> BoxFuture<'a, Dispatched> {
        Box::pin(async move {
            let mut failures = Vec::new();
            loop {
                let failure = match sending.proceed().await {
                    Err(failure) if !failure.is_rejection() => failure,
                    settled => return settled,
                };
                let can_help = failure.is_retryable();
                failures.push(failure);
                let wait = can_help.then(|| self.wait(&sending, &failures)).flatten();
                if let Some(wait) = wait {
                    tokio::time::sleep(wait).await;
                } else if let Some(told) = failures.drain(..).reduce(told_at_last) {
                    return Err(told);
                }
            }
        })
    }
}

/// What the caller is told after two failures. An attempt that may have been stored is not made
/// unstored by a later one that was not.
fn told_at_last(
    earlier: CommandError<Rejection>,
    later: CommandError<Rejection>,
) -> CommandError<Rejection> {
    let is_unknown = |failure: &_| matches!(failure, CommandError::OutcomeUnknown { .. });
    match (is_unknown(&earlier) && !is_unknown(&later), later.has_effects()) {
        (false, _) => later,
        (true, false) => earlier,
        (true, true) => earlier.after_effects(),
    }
}

/// Says whether and when a failed command is sent again.
///
/// A closure is a policy too.
pub trait RetryPolicy: Send + Sync + 'static {
    /// How long to wait before the command is sent again; `None` gives up.
    ///
    /// The failures are those of this command so far, the last one last; each is one that sending
    /// again can help with.
    fn wait(
        &self,
        command: &CommandMessage<'_>,
        failures: &[CommandError<Rejection>],
    ) -> Option<Duration>;
}

impl<P> RetryPolicy for P
where
    P: Fn(&CommandMessage<'_>, &[CommandError<Rejection>]) -> Option<Duration>,
    P: Send + Sync + 'static,
{
    fn wait(
        &self,
        command: &CommandMessage<'_>,
        failures: &[CommandError<Rejection>],
    ) -> Option<Duration> {
        self(command, failures)
    }
}

/// Waits twice as long before each attempt, with jitter, up to a number of attempts.
pub struct Backoff {
    first: Duration,
    longest: Duration,
    attempts: usize,
    only: Option<Filter>,
}

type Filter = Box<dyn Fn(&CommandMessage<'_>, &CommandError<Rejection>) -> bool + Send + Sync>;

impl Backoff {
    /// Waits about this long before the second attempt; three attempts, and waits of at most ten
    /// seconds, unless more is said.
    #[must_use]
    pub fn starting_at(first: Duration) -> Self {
        Self { first, longest: Duration::from_secs(10), attempts: 3, only: None }
    }

    /// Never waits longer than this.
    #[must_use]
    pub fn at_most(mut self, longest: Duration) -> Self {
        self.longest = longest;
        self
    }

    /// Sends a command as often as this, the first time included.
    #[must_use]
    pub fn attempts(mut self, attempts: usize) -> Self {
        self.attempts = attempts;
        self
    }

    /// Sends again only what this says yes to, in place of an earlier filter.
    #[must_use]
    pub fn only<F>(mut self, filter: F) -> Self
    where
        F: Fn(&CommandMessage<'_>, &CommandError<Rejection>) -> bool + Send + Sync + 'static,
    {
        self.only = Some(Box::new(filter));
        self
    }

    /// The wait after so many failures. `random` picks a moment of its second half, so that those
    /// who failed together do not meet again.
    fn after(&self, failures: usize, random: u8) -> Duration {
        let doublings = u32::try_from(failures.saturating_sub(1)).unwrap_or(u32::MAX);
        let factor = 1_u32.checked_shl(doublings).unwrap_or(u32::MAX);
        let whole = self.first.saturating_mul(factor).min(self.longest);
        let half = whole / 2;
        half + half * u32::from(random) / 255
    }
}

impl RetryPolicy for Backoff {
    fn wait(
        &self,
        command: &CommandMessage<'_>,
        failures: &[CommandError<Rejection>],
    ) -> Option<Duration> {
        let last = failures.last()?;
        let is_wanted = self.only.as_ref().is_none_or(|only| only(command, last));
        let random = uuid::Uuid::new_v4().as_bytes()[15];
        (failures.len() < self.attempts && is_wanted).then(|| self.after(failures.len(), random))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wait_doubles_up_to_the_longest_and_half_of_it_is_chance() {
        let backoff =
            Backoff::starting_at(Duration::from_millis(100)).at_most(Duration::from_secs(1));
        let longest: Vec<_> = (1..=6).map(|n| backoff.after(n, 255).as_millis()).collect();
        assert_eq!(longest, [100, 200, 400, 800, 1000, 1000]);
        let shortest: Vec<_> = (1..=6).map(|n| backoff.after(n, 0).as_millis()).collect();
        assert_eq!(shortest, [50, 100, 200, 400, 500, 500]);
    }

    #[test]
    fn a_wait_after_very_many_failures_is_the_longest() {
        let backoff = Backoff::starting_at(Duration::from_secs(1)).at_most(Duration::MAX);
        assert!(backoff.after(usize::MAX, 255) >= Duration::from_secs(1 << 31));
        assert_eq!(Backoff::starting_at(Duration::MAX).after(9, 0), Duration::from_secs(5));
    }
}
