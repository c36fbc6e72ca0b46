use crate::store::{Append, AppendError, Committed, QueuedAppend};

/// The steps of group commit that differ between engines, called from one thread.
///
/// A group is `begin`, then `write` per batch, then `commit` or `undo`.
pub trait GroupEngine {
    /// Opens the group's transaction and makes sure that what the engine remembers of the log is
    /// still true (others may have written).
    ///
    /// # Errors
    /// The transaction cannot be opened; nothing is stored, and the whole group is refused so.
    fn begin(&mut self) -> Result<(), GroupError>;

    /// Judges one batch as if everything accepted before it were stored, and writes it.
    ///
    /// The caller has checked `decided_on`. What the engine checks: payload limit,
    /// [command id](Append::new_command_id) (before the expectations, so that a repetition is
    /// called one), expectations, conditions, event ids. A batch that
    /// [stores nothing](Append::stores_nothing) is only judged.
    ///
    /// # Errors
    /// [`WriteError::Refused`] after everything this batch did was undone, and nothing else.
    /// [`WriteError::Broken`] if the transaction cannot go on; `undo` follows.
    fn write(&mut self, batch: &Append) -> Result<Committed, WriteError>;

    /// Makes the group durable and readable, and wakes readers.
    ///
    /// # Errors
    /// See [`CommitError`]; on either, nothing the engine remembers of the group may be used
    /// again. After `NotStored` an `undo` follows, after `Unknown` a `resolve`.
    fn commit(&mut self) -> Result<(), CommitError>;

    /// Undoes the whole group: the transaction and what the engine remembers of it. Works also
    /// where the transaction has ended by itself.
    fn undo(&mut self);

    /// Finds out whether the group of a failed commit is stored, in a way that nothing can change
    /// any more, and makes the engine fit for the next group if it can.
    fn resolve(&mut self, group: &[Accepted]) -> Resolution;

    /// Releases what is open. Nothing is called after it.
    fn close(&mut self);
}

/// A batch that was judged good and written, and waits for its group's commit.
#[derive(Debug)]
pub struct Accepted {
    /// The batch.
    pub queued: QueuedAppend,
    /// The answer it gets once the group is durable.
    pub committed: Committed,
}

/// Why a batch was not written.
#[derive(Debug)]
pub enum WriteError {
    /// The batch is refused and was undone alone; the group goes on.
    Refused(AppendError),
    /// The transaction cannot go on, and nobody knows yet whose fault it is.
    Broken(GroupError),
}

impl From<AppendError> for WriteError {
    fn from(error: AppendError) -> Self {
        Self::Refused(error)
    }
}

/// Why a whole group is not stored, for certain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum GroupError {
    /// Somebody else held the log for too long.
    Busy,
    /// The engine failed.
    Unavailable {
        /// What happened and what to do.
        reason: String,
    },
}

impl From<GroupError> for AppendError {
    fn from(error: GroupError) -> Self {
        match error {
            GroupError::Busy => Self::Busy,
            GroupError::Unavailable { reason } => Self::Unavailable { reason },
        }
    }
}

/// Why a commit did not succeed.
#[derive(Debug)]
pub enum CommitError {
    /// Nothing of the group is stored, for certain.
    NotStored(GroupError),
    /// The group may be stored or not.
    Unknown {
        /// What happened.
        reason: String,
    },
}

/// What became of a group whose commit failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Resolution {
    /// It is durable.
    Stored,
    /// It is not stored, and never will be.
    NotStored,
    /// That cannot be found out.
    Unknown,
}

/// How large a group may grow; whatever is reached first ends it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct GroupLimits {
    /// The number of batches.
    pub batches: usize,
    /// The bytes of all payloads; one batch may be larger.
    pub bytes: usize,
}

impl Default for GroupLimits {
    fn default() -> Self {
        Self { batches: 2048, bytes: 8 * 1024 * 1024 }
    }
}
