//! Runs the steps of a command one after another, and says what each took and how it ended.

use std::process::{Command, ExitCode, ExitStatus};
use std::time::{Duration, Instant};

/// The steps of one command so far.
///
/// Every step runs, also after a failure, so that one run shows all there is to mend; with
/// `--fail-fast` the steps after the first failure are passed over.
pub(crate) struct Steps {
    command: &'static str,
    fail_fast: bool,
    started: Instant,
    done: Vec<Done>,
}

struct Done {
    name: String,
    took: Duration,
    outcome: Outcome,
}

enum Outcome {
    Passed,
    Failed(String),
    PassedOver,
}

impl Steps {
    pub(crate) fn new(command: &'static str, fail_fast: bool) -> Self {
        Self { command, fail_fast, started: Instant::now(), done: Vec::new() }
    }

    /// Runs a program; it passes when its exit code is 0.
    pub(crate) fn program(&mut self, name: &str, mut program: Command) {
        let line = command_line(&program);
        self.step(name, &line, || match program.status() {
            Ok(status) if status.success() => Ok(()),
            Ok(status) => Err(format!("{}; again with `{line}`", ending(status))),
            Err(error) => Err(format!("`{line}` could not be started: {error}")),
        });
    }

    /// Runs a check written here.
    pub(crate) fn check(&mut self, name: &str, check: impl FnOnce() -> Result<(), String>) {
        self.step(name, "", check);
    }

    /// Whether a step that depends on all before it is worth running.
    pub(crate) fn all_passed(&self) -> bool {
        self.done.iter().all(|done| matches!(done.outcome, Outcome::Passed))
    }

    fn step(&mut self, name: &str, line: &str, run: impl FnOnce() -> Result<(), String>) {
        if self.fail_fast && !self.all_passed() {
            self.record(name, Duration::ZERO, Outcome::PassedOver);
            return;
        }
        eprintln!("── {name}  {line}");
        let started = Instant::now();
        let outcome = match run() {
            Ok(()) => Outcome::Passed,
            Err(message) => Outcome::Failed(message),
        };
        let took = started.elapsed();
        match &outcome {
            Outcome::Failed(message) => {
                eprintln!("── {name} FAILED after {:.1} s: {message}", took.as_secs_f64());
            }
            _ => eprintln!("── {name} passed in {:.1} s", took.as_secs_f64()),
        }
        self.record(name, took, outcome);
    }

    fn record(&mut self, name: &str, took: Duration, outcome: Outcome) {
        self.done.push(Done { name: name.to_owned(), took, outcome });
    }

    /// Prints the summary; the exit code is 1 when a step failed.
    pub(crate) fn finish(self) -> ExitCode {
        let width = self.done.iter().map(|done| done.name.chars().count()).max();
        eprintln!();
        for done in &self.done {
            let (word, message) = match &done.outcome {
                Outcome::Passed => ("passed", ""),
                Outcome::Failed(message) => ("FAILED", message.as_str()),
                Outcome::PassedOver => ("not run", ""),
            };
            let line = format!(
                "  {:<width$}  {word:<7} {:>7.1} s  {message}",
                done.name,
                done.took.as_secs_f64(),
                width = width.unwrap_or_default(),
            );
            eprintln!("{}", line.trim_end());
        }
        let verdict = if self.all_passed() { "passed" } else { "FAILED" };
        eprintln!("{} {verdict} in {:.1} s", self.command, self.started.elapsed().as_secs_f64());
        if self.all_passed() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
    }
}

/// The program and its arguments as they would be typed, with the variables set for it.
fn command_line(program: &Command) -> String {
    let variables = program.get_envs().filter_map(|(key, value)| {
        let (key, value) = (key.to_str()?, value?.to_str()?);
        Some(format!("{key}={}", quoted(value)))
    });
    let name = std::path::Path::new(program.get_program())
        .file_name()
        .unwrap_or(program.get_program())
        .to_string_lossy();
    let words = std::iter::once(name)
        .chain(program.get_args().map(|argument| argument.to_string_lossy()))
        .map(|word| quoted(&word));
    variables.chain(words).collect::<Vec<_>>().join(" ")
}

fn quoted(word: &str) -> String {
    if word.is_empty() || word.contains(char::is_whitespace) {
        format!("'{word}'")
    } else {
        word.to_owned()
    }
}

fn ending(status: ExitStatus) -> String {
    match status.code() {
        Some(code) => format!("exit code {code}"),
        None => format!("ended by {status}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failure_does_not_hide_the_steps_behind_it() {
        let mut steps = Steps::new("verify", false);
        let mut later = false;
        steps.check("first", || Err("broken".to_owned()));
        steps.check("second", || {
            later = true;
            Ok(())
        });
        assert!(later && !steps.all_passed());
        assert_eq!(steps.finish(), ExitCode::FAILURE);
    }

    #[test]
    fn fail_fast_passes_over_the_rest() {
        let mut steps = Steps::new("verify", true);
        let mut later = false;
        steps.check("first", || Err("broken".to_owned()));
        steps.check("second", || {
            later = true;
            Ok(())
        });
        assert!(!later);
        assert_eq!(steps.finish(), ExitCode::FAILURE);
    }

    #[test]
    fn a_command_line_can_be_typed_again() {
        let mut program = Command::new("/toolchain/bin/cargo");
        program.args(["doc", "--no-deps"]).env("RUSTDOCFLAGS", "-D warnings");
        assert_eq!(command_line(&program), "RUSTDOCFLAGS='-D warnings' cargo doc --no-deps");
    }
}
