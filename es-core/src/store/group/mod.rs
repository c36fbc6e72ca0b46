//! Group commit: one writer turns many batches into one transaction and one flush.
//!
//! The half that is the same for every engine with transactions lives here. [`write_groups`] runs
//! on a thread of its own: it drains the queue into a group, lets the engine judge and write one
//! batch after another, commits once, and only then answers, all of them in queue order. So a
//! batch sees what was accepted before it in its group, and nobody learns of an event, or is
//! refused because of one, that is not durable. An engine adds the five steps of [`GroupEngine`].
//!
//! What goes wrong has three sizes. A batch that is refused is undone alone, and so is every batch
//! that was decided on it. A transaction that breaks is undone and tried again by halves, so that
//! only the batch that breaks it fails. A commit that fails without telling what it did is
//! resolved by the engine before anybody gets an answer: either it turns out to be stored, or not
//! (then the queue behind it fails as `Unavailable`, because what it was decided on is gone), and
//! only if that cannot be found out is the outcome unknown to the caller too.

mod engine;
mod writer;

pub use engine::{
    Accepted, CommitError, GroupEngine, GroupError, GroupLimits, Resolution, WriteError,
};
pub use writer::write_groups;
