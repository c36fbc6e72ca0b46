//! Time one thread spent on a processor, which others on the machine do not lengthen.

use std::time::{Duration, Instant};

/// Measures what the main thread spent on a processor; wall time where Linux does not tell.
#[derive(Debug)]
pub struct OwnTime {
    started: Instant,
    used_before: Option<u64>,
}

impl OwnTime {
    /// Starts to measure. Call it on the main thread.
    #[must_use]
    pub fn start() -> Self {
        Self { started: Instant::now(), used_before: used_ns() }
    }

    /// Returns what passed on the wall since the start, to end a turn by.
    #[must_use]
    pub fn wall(&self) -> Duration {
        self.started.elapsed()
    }

    /// Returns the seconds spent on a processor since the start.
    #[must_use]
    pub fn seconds(&self) -> f64 {
        match (self.used_before, used_ns()) {
            (Some(before), Some(now)) if now > before => (now - before) as f64 / 1e9,
            _ => self.started.elapsed().as_secs_f64(),
        }
    }
}

/// The first field of `schedstat` in proc(5): nanoseconds on a processor.
fn used_ns() -> Option<u64> {
    let line = std::fs::read_to_string("/proc/self/schedstat").ok()?;
    line.split(' ').next()?.parse().ok()
}
