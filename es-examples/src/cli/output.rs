//! What a command answers, for people and for programs.

use std::io::{self, Write};

use serde_json::Value;

use super::Failure;

/// One answer in both forms.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Output {
    /// For people, without a line break at the end.
    pub text: String,
    /// For programs.
    pub json: Value,
}

impl Output {
    /// Prints the answer on standard output.
    ///
    /// # Errors
    /// It cannot be written there; what the command did is done all the same.
    pub fn print(&self, json: bool) -> Result<(), Failure> {
        let text = if json { format!("{:#}", self.json) } else { self.text.clone() };
        say(&text).map_err(|error| {
            Failure::Fault(format!("the answer cannot be written: {error}; the command was done"))
        })
    }
}

/// Prints a line. A reader that has seen enough, as in `order list | head`, is no failure, so
/// this is not `println!`, which panics then.
fn say(text: &str) -> io::Result<()> {
    let mut out = io::stdout().lock();
    match writeln!(out, "{text}").and_then(|()| out.flush()) {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        written => written,
    }
}

/// Prints a line beside the answer.
pub(super) fn note(text: &str) {
    let _ = writeln!(io::stderr().lock(), "{text}");
}

/// Writes a number of things: `1 row`, `2 rows`.
pub(super) fn counted(number: u64, thing: &str) -> String {
    if number == 1 { format!("1 {thing}") } else { format!("{number} {thing}s") }
}
