//! A log whose writer waits at a gate: the test decides when the next batch is written, or fails.

use std::sync::mpsc;

use es_core::store::group::GroupError;
use es_core::store::{AppendQueue, MemoryLog};

use super::{LogAround, Parts, Writer, written_by};

/// The log that the application uses.
pub type GatedLog = LogAround<Gated>;

pub struct Gated {
    pub inner: MemoryLog,
    queue: AppendQueue,
}

/// The test's hand on the gate.
pub struct Gate(mpsc::Sender<bool>);

impl Gate {
    /// Lets the next `count` batches through.
    pub fn let_through(&self, count: usize) {
        (0..count).for_each(|_| self.0.send(true).expect("the writer runs"));
    }

    /// Fails the next batch.
    pub fn fail_one(&self) {
        self.0.send(false).expect("the writer runs");
    }
}

impl GatedLog {
    pub fn new() -> (Self, Gate) {
        Self::over(MemoryLog::new())
    }

    pub fn over(inner: MemoryLog) -> (Self, Gate) {
        let (open, gate) = mpsc::channel();
        let queue = written_by(GateKeeper(gate), &inner, 64);
        (Self(Gated { inner, queue }), Gate(open))
    }
}

impl Parts for Gated {
    fn inner(&self) -> MemoryLog {
        self.inner.clone()
    }

    fn queue(&self) -> Option<&AppendQueue> {
        Some(&self.queue)
    }
}

struct GateKeeper(mpsc::Receiver<bool>);

impl Writer for GateKeeper {
    fn begin(&mut self) -> Result<(), GroupError> {
        match self.0.recv() {
            Ok(true) => Ok(()),
            Ok(false) | Err(_) => {
                Err(GroupError::Unavailable { reason: "the gate fell".to_owned() })
            }
        }
    }
}
