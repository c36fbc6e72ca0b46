//! Every public future may be dropped wherever it waits: nothing is lost, nothing is half done,
//! and the next call works.
//!
//! Each story plays its call again and again, on an application of its own: the future is polled
//! not at all and dropped, polled once and dropped, and so on, until it ends first. The log lets
//! each of its futures wait ([`waiting_log`]), so that there is something to be dropped in.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    missing_docs,
    unreachable_pub
)]

#[path = "../common/accounts/mod.rs"]
mod accounts;
mod commands;
mod domain;
mod log;
#[path = "../common/logs/mod.rs"]
mod logs;
mod planted;
mod polls;
mod reading;
mod starting_and_ending;
mod through_interceptors;
mod views;
mod waiting_log;
mod within_a_handler;
mod world;
