use std::time::Duration;

use crate::event::Timestamp;

/// How long a log remembers commands, in store time from the moment their events were recorded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CommandWindow {
    /// Commands whose id was given from outside: 7 days by default.
    pub from_outside: Duration,
    /// Commands whose id was generated: 1 hour by default.
    pub generated: Duration,
}

impl Default for CommandWindow {
    fn default() -> Self {
        Self { from_outside: Duration::from_hours(7 * 24), generated: Duration::from_hours(1) }
    }
}

impl CommandWindow {
    /// The first moment at which a command is no longer remembered.
    #[must_use]
    pub fn ends(&self, recorded_at: Timestamp, from_outside: bool) -> Timestamp {
        let window = if from_outside { self.from_outside } else { self.generated };
        let microseconds = i64::try_from(window.as_micros()).unwrap_or(i64::MAX);
        let end = recorded_at.as_microseconds().saturating_add(microseconds);
        Timestamp::from_microseconds(end)
    }
}
