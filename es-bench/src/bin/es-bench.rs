//! `es-bench [NAME]`: runs one benchmark, or all, and prints `NAME metric value unit`.

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use clap::{Parser, ValueEnum};
use es_bench::{
    Failure, Options, append, boundary, compile, dispatch, import, rehydrate, scale, snapshots,
};

/// Measures es beside limits and peers, in turns.
#[derive(Debug, Parser)]
struct Arguments {
    /// The benchmark to run; all if none is named.
    name: Option<Name>,
    /// How often each subject takes its turn.
    #[arg(long, default_value_t = 5)]
    rounds: usize,
    /// How long a turn lasts, in milliseconds.
    #[arg(long, default_value_t = 1_000)]
    turn: u64,
    /// Where databases and generated crates go; name a folder on the disk to be measured.
    #[arg(long, default_value = "target/bench")]
    directory: PathBuf,
    /// Events of the largest log of `scale`; 10^7 take 3 GB of the disk.
    #[arg(long, default_value_t = 10_000_000)]
    events: u64,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Name {
    Dispatch,
    Append,
    Rehydrate,
    Compile,
    Import,
    Scale,
    Boundary,
    Snapshots,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    match run(&arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("{failure}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &Arguments) -> Result<(), Failure> {
    std::fs::create_dir_all(&arguments.directory)?;
    let options = Options {
        rounds: arguments.rounds,
        turn: Duration::from_millis(arguments.turn),
        directory: std::path::absolute(&arguments.directory)?,
        events: arguments.events,
    };
    let names = arguments.name.map_or_else(|| Name::value_variants().to_vec(), |name| vec![name]);
    for name in names {
        match name {
            Name::Dispatch => dispatch::run(&options)?,
            Name::Append => append::run(&options)?,
            Name::Rehydrate => rehydrate::run(&options)?,
            Name::Compile => compile::run(&options)?,
            Name::Import => import::run(&options)?,
            Name::Scale => scale::run(&options)?,
            Name::Boundary => boundary::run(&options)?,
            Name::Snapshots => snapshots::run(&options)?,
        }
    }
    Ok(())
}
