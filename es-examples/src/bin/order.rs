//! The order app's command line; everything it does is in the library.

use std::process::ExitCode;

use clap::Parser;
use es_examples::cli;

#[tokio::main]
async fn main() -> ExitCode {
    let arguments = cli::Arguments::parse();
    let json = arguments.json;
    match cli::run(arguments).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            failure.print(json);
            failure.exit_code()
        }
    }
}
