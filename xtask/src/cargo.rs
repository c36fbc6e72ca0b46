//! Cargo, started in the repository's root.

use std::path::{Path, PathBuf};
use std::process::Command;

/// The whole workspace with every feature: the one selection that clippy, docs and tests share,
/// so that no dependency is built twice for a difference in features.
pub(crate) const WHOLE_WORKSPACE: [&str; 2] = ["--workspace", "--all-features"];

/// The folder above this crate's.
pub(crate) fn root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.parent().unwrap_or(here).to_path_buf()
}

/// `cargo SUBCOMMAND`, the same cargo that started this program.
pub(crate) fn cargo(subcommand: &str) -> Command {
    let program = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(program);
    command.arg(subcommand).current_dir(root());
    command
}

/// Runs a program to its end and gives what it printed.
///
/// # Errors
///
/// A sentence with the program's own message, when it cannot be started or fails.
pub(crate) fn output(mut program: Command) -> Result<String, String> {
    let name = program.get_program().to_string_lossy().into_owned();
    let output =
        program.output().map_err(|error| format!("`{name}` could not be started: {error}"))?;
    if !output.status.success() {
        let message = String::from_utf8_lossy(&output.stderr);
        return Err(format!("`{name}` failed: {}", message.trim()));
    }
    String::from_utf8(output.stdout)
        .map_err(|error| format!("`{name}` printed what is no UTF-8: {error}"))
}
