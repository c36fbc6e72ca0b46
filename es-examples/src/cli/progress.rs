//! How far an import is: a bar on a terminal, lines in a log file.

use std::io::{self, IsTerminal};

use indicatif::{ProgressBar, ProgressStyle};

use super::output::note;

const BAR: &str = "{bar:40} {human_pos} of {human_len} rows, {eta} left";

/// Shows how many rows have their answer.
pub(super) enum Progress {
    Bar(ProgressBar),
    Lines { rows: u64, answered: u64, step: u64 },
}

impl Progress {
    pub(super) fn of(rows: u64) -> Self {
        if !io::stderr().is_terminal() {
            return Self::Lines { rows, answered: 0, step: (rows / 20).max(100) };
        }
        let style = ProgressStyle::with_template(BAR);
        let style = style.unwrap_or_else(|_| ProgressStyle::default_bar());
        Self::Bar(ProgressBar::new(rows).with_style(style))
    }

    pub(super) fn add(&mut self, more: u64) {
        match self {
            Self::Bar(bar) => bar.inc(more),
            Self::Lines { rows, answered, step } => {
                let before = *answered / *step;
                *answered += more;
                if *answered / *step > before {
                    note(&format!("{answered} of {rows} rows"));
                }
            }
        }
    }

    pub(super) fn end(&self) {
        if let Self::Bar(bar) = self {
            bar.finish_and_clear();
        }
    }
}
