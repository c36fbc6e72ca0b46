//! How fast es is, beside what is physically possible and beside its peers.
//!
//! A figure alone says little: the same code does 7 000 or 250 durable commits a second on one
//! disk, depending on who else flushes. So every benchmark runs its subjects in turns within one
//! process run ([`rounds`]), and what it reports first are ratios of neighbours in time.
//!
//! - *Limits* do the same work by hand: direct calls and `serde_json`, raw rusqlite writing the
//!   same rows, a raw row scan.
//! - *Peers* are in `es-bench/peers`, a workspace and a program of their own ([`peers`]).
//!
//! `cargo xtask bench NAME` prints lines `NAME metric value unit`; unit `x` is a ratio, es over
//! the other. What was measured: `docs/performance.md`.

pub mod append;
pub mod boundary;
pub mod compile;
pub mod dispatch;
mod failure;
pub mod import;
mod options;
pub mod order;
pub mod own_time;
pub mod peers;
pub mod program;
pub mod rehydrate;
pub mod report;
pub mod rounds;
pub mod scale;
pub mod snapshots;

// Registers the engine for `sqlite:`.
use es_sqlite as _;

pub use failure::Failure;
pub use options::Options;
