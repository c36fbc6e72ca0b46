//! The contract suite of the log: the log in memory keeps it, and a log with a planted bug does
//! not.
#![cfg(feature = "testing")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    missing_docs
)]

mod a_log_that_forgets_is_found;
mod failed_groups;
mod grouped;
mod memory_keeps_it;
mod planted_bugs_are_found;
