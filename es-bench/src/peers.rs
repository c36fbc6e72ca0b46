//! The peers' programs: a workspace of their own, built here and run as programs.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::Failure;
use crate::program::Program;

/// Builds the peers and returns the program that runs them and the one that counts allocations.
///
/// # Errors
/// When cargo fails.
pub fn build() -> Result<(Program, Program), Failure> {
    let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).join("peers");
    let target = match std::env::var_os("CARGO_TARGET_DIR") {
        Some(target) => PathBuf::from(target),
        None => workspace.join("target"),
    };
    let status = Command::new(crate::options::cargo())
        .args(["build", "--release", "--quiet", "--manifest-path"])
        .arg(workspace.join("Cargo.toml"))
        .arg("--target-dir")
        .arg(&target)
        .status()?;
    if !status.success() {
        return Err("the peers do not build; the output of cargo above says why".into());
    }
    let program = |name: &str| Program::new(target.join("release").join(name));
    Ok((program("peers"), program("peer-allocations")))
}
