//! The order app's command line; everything it does is in the library.

use std::process::ExitCode;

use clap::{Parser, error::Error};
use es_examples::cli;

#[tokio::main]
async fn main() -> ExitCode {
    let arguments = match cli::Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) if error.use_stderr() && std::env::args_os().any(|word| word == "--json") => {
            let failure = wrong_usage(&error);
            failure.print(true);
            return failure.exit_code();
        }
        // Help is one as well, and ends with 0.
        Err(error) => error.exit(),
    };
    let json = arguments.json;
    match cli::run(arguments).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            failure.print(json);
            failure.exit_code()
        }
    }
}

/// What is wrong, in one line; what else is said of it is for people at a terminal.
fn wrong_usage(error: &Error) -> cli::Failure {
    let text = error.to_string();
    let said = text.split("\n\n").next().unwrap_or_default();
    let said = said.strip_prefix("error: ").unwrap_or(said);
    cli::Failure::Usage(said.split_whitespace().collect::<Vec<_>>().join(" "))
}
