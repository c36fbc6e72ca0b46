//! The project's own commands, run as `cargo xtask COMMAND`.
//!
//! Each command is a list of steps. A step is another program, nearly always cargo, or a check
//! written here; `steps.rs` runs them, measures them and sums them up. What a command does is
//! the text of `arguments.rs`, and the file named after it.

mod arguments;
mod bench;
mod cargo;
mod dependencies;
mod fix;
mod outside;
mod soak;
mod steps;
mod test;
mod tree;
mod verify;

use arguments::{Parsed, Task};
use std::process::ExitCode;
use steps::Steps;

/// The command line could not be understood.
const USAGE: u8 = 2;

fn main() -> ExitCode {
    let parsed = match arguments::parse(std::env::args().skip(1)) {
        Ok(parsed) => parsed,
        Err(message) => {
            eprintln!("{message}");
            return ExitCode::from(USAGE);
        }
    };
    match parsed {
        Parsed::Help(text) => {
            print!("{text}");
            ExitCode::SUCCESS
        }
        Parsed::Run { task, fail_fast } => {
            let mut steps = Steps::new(task.name(), fail_fast);
            run(&task, &mut steps);
            steps.finish()
        }
    }
}

fn run(task: &Task, steps: &mut Steps) {
    match task {
        Task::Test { filter } => test::run(steps, filter.as_deref()),
        Task::Verify => verify::run(steps),
        Task::Fix => fix::run(steps),
        Task::Bench { name } => bench::run(steps, name.as_deref()),
        Task::Soak { name } => soak::run(steps, name.as_deref()),
    }
}
