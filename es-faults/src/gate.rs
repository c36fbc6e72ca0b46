use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::Duration;

/// Holds calls back, so that a test decides what happens meanwhile.
///
/// Made by [`Disk::hold`](crate::Disk::hold). Dropping it lets the calls pass.
#[derive(Debug)]
#[must_use = "a gate that is dropped holds nothing back"]
pub struct Gate(Arc<Barrier>);

/// What a gate shares with the calls it holds.
#[derive(Debug, Default)]
pub(crate) struct Barrier {
    progress: Mutex<Progress>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct Progress {
    held: usize,
    open: bool,
}

impl Gate {
    pub(crate) fn new(barrier: Arc<Barrier>) -> Self {
        Self(barrier)
    }

    /// Waits until a call is held back; false if none came within `patience`.
    #[must_use]
    pub fn reached_within(&self, patience: Duration) -> bool {
        let progress = self.0.progress.lock().unwrap_or_else(PoisonError::into_inner);
        let waiting = self.0.changed.wait_timeout_while(progress, patience, |p| p.held == 0);
        let (progress, _) = waiting.unwrap_or_else(PoisonError::into_inner);
        progress.held > 0
    }

    /// Lets held and later calls pass.
    pub fn release(self) {}
}

impl Drop for Gate {
    fn drop(&mut self) {
        self.0.progress.lock().unwrap_or_else(PoisonError::into_inner).open = true;
        self.0.changed.notify_all();
    }
}

impl Barrier {
    /// Waits until the gate is open.
    pub(crate) fn pass(&self) {
        let mut progress = self.progress.lock().unwrap_or_else(PoisonError::into_inner);
        progress.held += 1;
        self.changed.notify_all();
        let waiting = self.changed.wait_while(progress, |p| !p.open);
        waiting.unwrap_or_else(PoisonError::into_inner).held -= 1;
    }

    /// Whether the gate is open for good.
    pub(crate) fn is_open(&self) -> bool {
        self.progress.lock().unwrap_or_else(PoisonError::into_inner).open
    }
}
