use std::fmt;
use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use tokio::sync::Notify;

/// What became of one batch. Clones share the fate.
///
/// The log sets it: pending until its group is durable or the batch was refused, then committed or
/// undone for good.
#[derive(Clone, Default)]
pub struct BatchFate(Arc<Shared>);

#[derive(Default)]
struct Shared {
    /// One of the states, and [`AWAITED`].
    state: AtomicU8,
    settled: Notify,
    afterwards: OnceLock<Afterwards>,
}

/// What is run once the batch is durable.
type Afterwards = Mutex<Vec<Box<dyn FnOnce() + Send>>>;

const PENDING: u8 = 0;
const ACCEPTED: u8 = 1;
const COMMITTED: u8 = 2;
const UNDONE: u8 = 3;
const IN_DOUBT: u8 = 4;
/// Set beside an open state once somebody waits: most batches are settled without.
const AWAITED: u8 = 1 << 7;

impl BatchFate {
    /// A batch that nobody has judged.
    #[must_use]
    pub fn pending() -> Self {
        Self::default()
    }

    /// True once the batch is durable.
    #[must_use]
    pub fn is_committed(&self) -> bool {
        self.state() == COMMITTED
    }

    /// True once nothing may rest on the batch: it is not stored, or nobody can tell whether it
    /// is ([`BatchFate::is_in_doubt`]).
    #[must_use]
    pub fn is_undone(&self) -> bool {
        self.state() >= UNDONE
    }

    /// True once the log has given up finding out whether the batch is stored.
    #[must_use]
    pub fn is_in_doubt(&self) -> bool {
        self.state() == IN_DOUBT
    }

    /// True until the batch is committed or undone.
    #[must_use]
    pub fn is_pending(&self) -> bool {
        is_open(self.state())
    }

    /// Waits until the batch is committed or undone.
    ///
    /// # Cancel safety
    /// Dropping the future changes nothing.
    pub async fn settled(&self) {
        loop {
            let settled = self.0.settled.notified();
            if !is_open(self.0.state.fetch_or(AWAITED, Ordering::AcqRel)) {
                return;
            }
            settled.await;
        }
    }

    /// Runs something once the batch is durable, and never if it is undone.
    ///
    /// To be said before the batch is handed over. It runs where the log answers, before anybody
    /// has the answer: so it must be short, and must neither wait nor panic.
    pub(crate) fn once_committed(&self, run: impl FnOnce() + Send + 'static) {
        let afterwards = self.0.afterwards.get_or_init(Mutex::default);
        afterwards.lock().unwrap_or_else(PoisonError::into_inner).push(Box::new(run));
    }

    /// True as long as something is to run once the batch is durable.
    pub(crate) fn has_callbacks(&self) -> bool {
        self.is_pending() && self.0.afterwards.get().is_some()
    }

    /// Tells that the batch is durable. Only the log calls it.
    pub fn commit(&self) {
        self.settle(COMMITTED);
    }

    /// Tells that the batch is not stored. Only the log calls it.
    pub fn undo(&self) {
        self.settle(UNDONE);
    }

    /// Tells that nobody can find out whether the batch is stored. Only the log calls it.
    pub fn doubt(&self) {
        self.settle(IN_DOUBT);
    }

    /// True if both are the fate of the same batch.
    #[must_use]
    pub fn is_same(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }

    /// True if a batch behind it in the same queue may rest on it: durable, or judged good in the
    /// group that is being written.
    pub(crate) fn may_be_built_on(&self) -> bool {
        matches!(self.state(), ACCEPTED | COMMITTED)
    }

    /// Tells that the batch was judged good and waits for its group's commit.
    pub(crate) fn accept(&self) {
        self.judge(|open| open | ACCEPTED);
    }

    /// Takes [`BatchFate::accept`] back, because the group is judged anew.
    pub(crate) fn withdraw(&self) {
        self.judge(|open| open & !ACCEPTED);
    }

    // What is settled stays so, and whoever waits is not forgotten.
    fn judge(&self, judged: impl Fn(u8) -> u8) {
        let judged = |state| is_open(state).then(|| judged(state));
        // An error is a state that stays.
        let _ = self.0.state.fetch_update(Ordering::AcqRel, Ordering::Acquire, judged);
    }

    fn state(&self) -> u8 {
        self.0.state.load(Ordering::Acquire) & !AWAITED
    }

    fn settle(&self, state: u8) {
        let before = self.0.state.swap(state, Ordering::AcqRel);
        if let Some(afterwards) = self.0.afterwards.get() {
            let all =
                std::mem::take(&mut *afterwards.lock().unwrap_or_else(PoisonError::into_inner));
            if state == COMMITTED {
                all.into_iter().for_each(|run| run());
            }
        }
        if before & AWAITED != 0 {
            self.0.settled.notify_waiters();
        }
    }
}

fn is_open(state: u8) -> bool {
    state & !AWAITED <= ACCEPTED
}

impl fmt::Debug for BatchFate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.state() {
            PENDING => "Pending",
            ACCEPTED => "Accepted",
            COMMITTED => "Committed",
            UNDONE => "Undone",
            _ => "InDoubt",
        })
    }
}
