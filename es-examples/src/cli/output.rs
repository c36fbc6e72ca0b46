//! What a command answers, for people and for programs.

use std::io::{self, Write};

use serde_json::Value;

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
    pub fn print(&self, json: bool) {
        if json { say(&format!("{:#}", self.json)) } else { say(&self.text) }
    }
}

/// Prints a line. A reader that has seen enough, as in `order list | head`, is no failure, so
/// this is not `println!`, which panics then.
fn say(text: &str) {
    let _ = writeln!(io::stdout().lock(), "{text}");
}

/// Prints a line beside the answer.
pub(super) fn note(text: &str) {
    let _ = writeln!(io::stderr().lock(), "{text}");
}
