//! The command line: what can be asked for, and what each command promises.

use crate::soak;
use std::fmt::Write as _;

const OVERVIEW: &str = "\
The project's own commands.

Usage: cargo xtask COMMAND [NAME] [--fail-fast]

Commands:
  test [FILTER]  run every test of the workspace, or those whose name contains FILTER
  verify         formatting, lints, docs, tidy, dependencies, tests; never writes to the tree
  fix            format and apply what clippy can mend; writes to the tree
  bench [NAME]   build benchmarks and peers, run them, print `NAME metric value unit`
  soak [NAME]    run the long versions of the tests that have one

Options:
  --fail-fast    stop at the first failed step; otherwise every step runs
  -h, --help     this text, or the text of the command it follows

Exit codes: 0 everything passed, 1 a step failed, 2 the command line makes no sense
";

const TEST: &str = "\
Runs every test of the workspace, all features on, then the examples in the docs.

Usage: cargo xtask test [FILTER] [--fail-fast]

What tests need from outside the repository is looked for first and printed; a test that lacks
it says that it skips, and fails where `CI=true`.
";

const VERIFY: &str = "\
Checks all that has to hold before a change lands; what CI runs.

Usage: cargo xtask verify [--fail-fast]

Formatting, tidy (file and line lengths, folder order, names, links), licences and duplicates of
dependencies, clippy, the published crates with default features, docs, every test. Warnings are
errors. Nothing is written to the tree: the last step compares it with how it was found.
";

const FIX: &str = "\
Formats every file and applies what clippy can mend by itself. Writes to the tree.

Usage: cargo xtask fix [--fail-fast]
";

const BENCH: &str = "\
Builds the benchmarks and the peers they are measured beside, and runs one of them, or all.

Usage: cargo xtask bench [NAME]

Results are lines `NAME metric value unit` on standard output; all else goes to standard error.
";

const SOAK: &str = "\
Runs long versions of tests (`ES_SOAK=1`, optimised), one of them, or all.

Usage: cargo xtask soak [NAME]

Names:
";

/// One command with its arguments.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Task {
    Test { filter: Option<String> },
    Verify,
    Fix,
    Bench { name: Option<String> },
    Soak { name: Option<String> },
}

impl Task {
    /// The word on the command line.
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Self::Test { .. } => "test",
            Self::Verify => "verify",
            Self::Fix => "fix",
            Self::Bench { .. } => "bench",
            Self::Soak { .. } => "soak",
        }
    }

    fn help(&self) -> String {
        match self {
            Self::Test { .. } => TEST.to_owned(),
            Self::Verify => VERIFY.to_owned(),
            Self::Fix => FIX.to_owned(),
            Self::Bench { .. } => BENCH.to_owned(),
            Self::Soak { .. } => soak::SOAKS.iter().fold(SOAK.to_owned(), |mut text, soak| {
                // Writing to a string cannot fail.
                let _ = writeln!(text, "  {:<14} {}", soak.name, soak.shows);
                text
            }),
        }
    }
}

/// What the command line asks for.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Parsed {
    Help(String),
    Run { task: Task, fail_fast: bool },
}

/// Reads the arguments after the program's name.
///
/// # Errors
///
/// A sentence that names the argument which makes no sense, and what to ask for instead.
pub(crate) fn parse(arguments: impl Iterator<Item = String>) -> Result<Parsed, String> {
    let mut words = Vec::new();
    let mut fail_fast = false;
    let mut help = false;
    for argument in arguments {
        match argument.as_str() {
            "--fail-fast" => fail_fast = true,
            "-h" | "--help" | "help" => help = true,
            option if option.starts_with('-') => {
                return Err(format!("unknown option `{option}`; see `cargo xtask --help`"));
            }
            _ => words.push(argument),
        }
    }
    let mut words = words.into_iter();
    let Some(command) = words.next() else {
        return if help {
            Ok(Parsed::Help(OVERVIEW.to_owned()))
        } else {
            Err(OVERVIEW.trim_end().to_owned())
        };
    };
    let task = task(&command, words.next())?;
    if let Some(surplus) = words.next() {
        return Err(format!("unexpected argument `{surplus}`; see `cargo xtask {command} --help`"));
    }
    Ok(if help { Parsed::Help(task.help()) } else { Parsed::Run { task, fail_fast } })
}

fn task(command: &str, name: Option<String>) -> Result<Task, String> {
    let task = match command {
        "test" => return Ok(Task::Test { filter: name }),
        "bench" => return Ok(Task::Bench { name }),
        "soak" => return Ok(Task::Soak { name }),
        "verify" => Task::Verify,
        "fix" => Task::Fix,
        other => {
            return Err(format!("unknown command `{other}`; see `cargo xtask --help`"));
        }
    };
    match name {
        None => Ok(task),
        Some(surplus) => Err(format!("unexpected argument `{surplus}`; `{command}` takes no name")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(line: &str) -> Result<Parsed, String> {
        parse(line.split_whitespace().map(str::to_owned))
    }

    #[test]
    fn commands_take_a_name_where_it_means_something() {
        let named = Task::Bench { name: Some("append".to_owned()) };
        assert_eq!(
            parsed("bench append --fail-fast"),
            Ok(Parsed::Run { task: named, fail_fast: true })
        );
        assert!(parsed("verify everything").is_err());
        assert!(parsed("soak one two").is_err());
    }

    #[test]
    fn help_is_an_answer_and_nothing_at_all_is_a_mistake() {
        assert_eq!(parsed("--help"), Ok(Parsed::Help(OVERVIEW.to_owned())));
        assert_eq!(parsed("verify --help"), Ok(Parsed::Help(VERIFY.to_owned())));
        assert!(parsed("").is_err_and(|message| message.contains("Usage")));
    }

    #[test]
    fn unknown_words_are_named() {
        assert!(parsed("verfy").is_err_and(|message| message.contains("`verfy`")));
        assert!(parsed("test --quick").is_err_and(|message| message.contains("`--quick`")));
    }
}
