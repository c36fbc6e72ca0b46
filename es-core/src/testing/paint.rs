use std::ffi::OsStr;
use std::io::IsTerminal;

/// Whether a failure is printed in colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Paint {
    Colours,
    Plain,
}

impl Paint {
    /// Colours on a terminal, unless `NO_COLOR` is set to something.
    pub(super) fn of_environment() -> Self {
        Self::choose(std::env::var_os("NO_COLOR").as_deref(), std::io::stderr().is_terminal())
    }

    fn choose(no_color: Option<&OsStr>, is_terminal: bool) -> Self {
        let is_refused = no_color.is_some_and(|value| !value.is_empty());
        if is_refused || !is_terminal { Self::Plain } else { Self::Colours }
    }

    pub(super) fn red(self, text: &str) -> String {
        self.with("31", text)
    }

    pub(super) fn green(self, text: &str) -> String {
        self.with("32", text)
    }

    fn with(self, code: &str, text: &str) -> String {
        match self {
            Self::Colours => format!("\u{1b}[{code}m{text}\u{1b}[0m"),
            Self::Plain => text.to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{OsStr, Paint};

    #[test]
    fn only_a_terminal_gets_colours_and_only_unless_refused() {
        let choose = |no_color: Option<&str>, is_terminal| {
            Paint::choose(no_color.map(OsStr::new), is_terminal)
        };
        assert_eq!(choose(None, true), Paint::Colours);
        assert_eq!(choose(Some(""), true), Paint::Colours);
        assert_eq!(choose(Some("1"), true), Paint::Plain);
        assert_eq!(choose(None, false), Paint::Plain);
    }
}
