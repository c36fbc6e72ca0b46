use std::fmt;

use super::json::Json;

/// An event as fixtures compare and print it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Shown {
    pub(super) name: String,
    pub(super) revision: u32,
    pub(super) payload: Json,
}

impl fmt::Display for Shown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)?;
        if self.revision > 0 {
            write!(f, " (revision {})", self.revision)?;
        }
        write!(f, " {:#}", self.payload)
    }
}

/// One event after another, a line for each field.
pub(super) fn listing(events: &[Shown]) -> String {
    events.iter().map(|event| format!("{event}\n")).collect()
}

/// Moves a text to the right, below a heading.
pub(super) fn indented(text: &str) -> String {
    text.lines().map(|line| format!("    {line}\n")).collect::<String>().trim_end().to_owned()
}
