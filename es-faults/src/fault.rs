use std::ffi::c_int;
use std::sync::Arc;

use rusqlite::ffi;

use crate::gate::Barrier;
use crate::{Call, Crash, IoError};

/// Describes one failure: which call, on which file, when, and with which error.
///
/// Without further words it strikes the first matching call, once.
#[derive(Clone, Debug)]
#[must_use = "a fault does nothing until it is given to `Disk::fail`"]
pub struct Fault {
    call: Option<Call>,
    file: Option<String>,
    nth: u64,
    forever: bool,
    error: Option<IoError>,
    written: usize,
    lies: bool,
    crash: Option<Crash>,
    barrier: Option<Arc<Barrier>>,
}

impl Fault {
    /// Strikes calls of one kind.
    pub fn on(call: Call) -> Self {
        Self { call: Some(call), ..Self::anywhere() }
    }

    /// Strikes calls of every kind, for tests that fail the n-th call for n = 1, 2, 3 … until a
    /// run gets through.
    pub fn anywhere() -> Self {
        Self {
            call: None,
            file: None,
            nth: 1,
            forever: false,
            error: None,
            written: 0,
            lies: false,
            crash: None,
            barrier: None,
        }
    }

    /// Answers a flush as if it had been done, as some disks do; for tests that have to find it.
    pub fn lying_flush() -> Self {
        Self { lies: true, ..Self::on(Call::Sync) }
    }

    /// Strikes only files whose path ends with `ending`, such as `"-wal"` or `"orders.db"`.
    pub fn file(mut self, ending: impl Into<String>) -> Self {
        self.file = Some(ending.into());
        self
    }

    /// Lets the first `n - 1` matching calls pass, counted from [`Disk::fail`](crate::Disk::fail).
    pub fn nth(mut self, n: u64) -> Self {
        self.nth = n.max(1);
        self
    }

    /// Strikes every matching call from the n-th on, until the disk is healed.
    pub fn forever(mut self) -> Self {
        self.forever = true;
        self
    }

    /// Answers with `error` instead of the usual one for the kind of call.
    pub fn error(mut self, error: IoError) -> Self {
        self.error = Some(error);
        self
    }

    /// Lets the first `bytes` bytes of a struck write reach the file before the error.
    pub fn after_writing(mut self, bytes: usize) -> Self {
        self.written = bytes;
        self
    }

    /// Cuts the power at the struck call. It stays off, so that every later call fails too, until
    /// the disk is healed.
    pub fn power_cut(mut self, crash: Crash) -> Self {
        self.crash = Some(crash);
        self
    }

    /// Holds struck calls back at a barrier before they fail.
    pub(crate) fn held_at(mut self, barrier: Arc<Barrier>) -> Self {
        self.barrier = Some(barrier);
        self
    }

    /// Counts a call against this fault and says whether it fails.
    pub(crate) fn strike(&mut self, call: Call, path: Option<&str>) -> Option<Strike> {
        if self.call.is_some_and(|wanted| wanted != call) {
            return None;
        }
        if let Some(ending) = &self.file {
            path.filter(|path| path.ends_with(ending.as_str()))?;
        }
        if self.nth > 1 {
            self.nth -= 1;
            return None;
        }
        let error = self.error.unwrap_or_else(|| call.usual_error());
        let barrier = self.barrier.clone();
        let (written, lies, crash) = (self.written, self.lies, self.crash);
        Some(Strike { error, written, lies, last: !self.forever, crash, barrier })
    }
}

/// What happens to one struck call.
pub(crate) struct Strike {
    error: IoError,
    lies: bool,
    /// How many bytes of a write still reach the file.
    pub(crate) written: usize,
    /// Whether the fault is used up.
    pub(crate) last: bool,
    /// What is left where the power is cut.
    pub(crate) crash: Option<Crash>,
    /// Where the call waits before it fails.
    barrier: Option<Arc<Barrier>>,
}

impl Strike {
    /// A call that fails at once.
    pub(crate) fn plain(error: IoError) -> Self {
        Self { error, written: 0, lies: false, last: false, crash: None, barrier: None }
    }

    /// What the call answers.
    pub(crate) fn code(&self) -> c_int {
        if self.lies { ffi::SQLITE_OK } else { self.error.code() }
    }

    /// Waits until the call may fail; not to be called with the disk locked.
    pub(crate) fn wait(&self) {
        if let Some(barrier) = &self.barrier {
            barrier.pass();
        }
    }
}
