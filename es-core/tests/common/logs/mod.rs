//! Logs in memory that do some of their work in another way than the log in memory itself.
// Each test uses some of them.
#![allow(dead_code, unused_imports)]

mod around;
mod gated;
mod overtaken;
mod writer;

pub use around::{LogAround, Parts};
pub use gated::{Gate, GatedLog};
pub use overtaken::OvertakenLog;
pub use writer::{Writer, append_now, written_by};
