//! A writer that commits or fails batch after batch as it is told.

use std::sync::mpsc;

use es_core::store::group::GroupError;
use es_core::store::{Append, AppendQueue, MemoryLog};

use super::logs::{Writer, written_by};

/// What becomes of the next batches, in their order: true for committed.
#[derive(Clone)]
pub struct Gate(mpsc::Sender<bool>);

impl Gate {
    pub fn commit(&self, batches: usize) {
        (0..batches).for_each(|_| self.next(true));
    }

    pub fn fail(&self) {
        self.next(false);
    }

    pub fn next(&self, is_committed: bool) {
        // A writer that has ended writes nothing anyway.
        let _ = self.0.send(is_committed);
    }
}

/// The bug that the stories have to find.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Bug {
    None,
    /// Batches are called durable when they are written, before they are.
    TellsTooEarly,
}

pub fn gated(inner: &MemoryLog, bug: Bug) -> (AppendQueue, Gate) {
    let (open, gate) = mpsc::channel();
    (written_by(GateKeeper { gate, bug }, inner, 64), Gate(open))
}

struct GateKeeper {
    gate: mpsc::Receiver<bool>,
    bug: Bug,
}

impl Writer for GateKeeper {
    fn write(&mut self, batch: &Append) -> Result<(), GroupError> {
        if self.bug == Bug::TellsTooEarly {
            batch.fate.commit();
        }
        match self.gate.recv() {
            Ok(true) => Ok(()),
            Ok(false) | Err(_) => {
                Err(GroupError::Unavailable { reason: "the gate fell".to_owned() })
            }
        }
    }
}
