use crate::event::Position;

/// How a processor is doing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Status {
    /// The processor.
    pub processor: String,
    /// Its version.
    pub version: String,
    /// Everything up to here is handled.
    pub position: Position,
    /// The head of the log when it last looked.
    pub head: Position,
    /// Up to here it replays; 0 without a replay.
    pub replay_until: Position,
    /// Whether it moves.
    pub state: ProcessorState,
}

impl Status {
    /// How many positions it is behind.
    #[must_use]
    pub fn lag(&self) -> u64 {
        self.head.0.saturating_sub(self.position.0)
    }
}

/// Whether a processor moves.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum ProcessorState {
    /// It handles events as they come.
    Running,
    /// An event or a store fails; it tries again, with longer and longer waits.
    Failed {
        /// What fails, where, and why.
        reason: String,
        /// How often it was tried.
        attempts: u32,
    },
    /// Its token does not belong to this log, or the log has lost events; it does not run until the
    /// log is restored or the read side reset.
    WrongLog {
        /// What to do.
        reason: String,
    },
    /// The application has no such processor.
    Absent,
    /// It has ended.
    Stopped,
}
