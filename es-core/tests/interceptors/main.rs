//! Stories of interceptors: what runs around commands, when, and what it may do.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    missing_docs,
    unreachable_pub
)]

mod dispatching;
mod domain;
mod errors;
mod handling;
#[path = "../common/logs/mod.rs"]
mod logs;
#[cfg(feature = "metrics")]
mod metrics;
mod nested;
mod panics;
mod per_aggregate;
mod retries;
mod spans;
mod timing;
mod validation;
mod whose_veto;
