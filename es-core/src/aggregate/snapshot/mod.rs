//! Snapshots: a load that need not begin with the first event.
//!
//! A snapshot is a shortcut and never a truth. It is taken of the live state while a decision is
//! handed over, and kept only once the last event in it is durable: [`BatchFate`] runs what keeps
//! it, and drops it with a batch that is undone. It names that event by id, and a load compares
//! the id with the stored event of the same sequence. So neither a state that never became durable
//! nor another history can slip in, and whatever does not fit is ignored for a full replay.
//!
//! What led to the state belongs to its shape: the schema hash covers the struct, the types in it
//! that derive [`State`], and the event-sourcing handlers with their bodies. After a corrected
//! handler no old sum lives on.
//!
//! An aggregate without snapshots pays nothing, in its build either: its policy is a constant
//! `None`.
//!
//! Rejected: a task per snapshot that waits for the commit (it would outlive the application, and
//! a snapshot would come at no moment that anybody can name), and snapshots in the batch of their
//! events (a large state would make every other command of the group wait).
//!
//! [`BatchFate`]: crate::store::BatchFate

mod load;
mod policy;
mod snapshots;
mod state;
mod take;

pub use policy::{SnapshotPolicy, SnapshotState};
pub(crate) use snapshots::Snapshots;
pub use state::State;

/// The guide's page on snapshots; its code is compiled and run as a documentation test.
#[cfg(doctest)]
#[doc = include_str!("../../../../docs/snapshots.md")]
pub struct Guide;
